"""The themes as Textual knows them: each token of the palette is a CSS variable of its name."""

from textual.theme import Theme

from qatui.render.palette import TOKENS


def themes() -> list[Theme]:
    """One theme for each set of tokens."""
    return [
        Theme(
            name=name,
            primary=tokens["accent"],
            secondary=tokens["link"],
            accent=tokens["accent"],
            warning=tokens["risk-look"],
            error=tokens["risk-high"],
            success=tokens["risk-good"],
            foreground=tokens["foreground"],
            background=tokens["background"],
            surface=tokens["background"],
            panel=tokens["panel"],
            dark=name != "light",
            text_alpha=1.0,
            variables={
                **tokens,
                "scrollbar": tokens["selection"],
                "scrollbar-hover": tokens["dim"],
                "scrollbar-active": tokens["accent"],
                "scrollbar-background": tokens["background"],
                "scrollbar-background-hover": tokens["background"],
                "scrollbar-background-active": tokens["background"],
                "scrollbar-corner-color": tokens["background"],
                "input-cursor-background": tokens["foreground"],
                "input-cursor-foreground": tokens["background"],
                "input-selection-background": tokens["selection"],
                "block-cursor-background": tokens["selection"],
                "block-cursor-foreground": tokens["foreground"],
                "block-cursor-text-style": "bold",
                "block-cursor-blurred-background": tokens["selection"],
                "block-cursor-blurred-foreground": tokens["foreground"],
            },
        )
        for name, tokens in TOKENS.items()
    ]
