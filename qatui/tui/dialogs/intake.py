"""The question where to take tests in from."""

from qatui.tui.dialogs.question import Answer, Asked, Question


def intake_question() -> Question:
    """Asks for a folder or a manifest."""
    asked = Asked(
        "Take tests in from where?",
        "take them in",
        facts=[("dim", "a folder whose tree mirrors the target paths, or a manifest (.jsonl)")],
        field="path",
        hint="generated/",
    )
    return Question(asked, _no_path)


def _no_path(answer: Answer) -> str | None:
    return None if answer.text.strip() else "Type a path."
