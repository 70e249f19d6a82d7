"""利用者の名前: 全角文字、結合文字、絵文字。"""

import pytest

名前 = [
    ("山田太郎", 4),
    ("김철수", 3),
    ("王小明", 3),
    ("ﾊﾝｶｸ", 4),
    ("e\u0301lodie", 7),
    ("👩🏽\u200d🚀 Ada", 8),
]


@pytest.mark.parametrize(("name", "length"), 名前)
def test_名前は変わらない(client, name, length):
    answer = client.patch(f"/users/{client.user['id']}", {"name": name})
    assert answer.status == 200, "名前が拒否された"
    assert answer.json()["name"] == name
    assert len(name) == length


def test_長すぎる名前(client):
    answer = client.patch(f"/users/{client.user['id']}", {"name": "漢" * 81})
    assert answer.status == 422
    assert answer.json()["error"]["code"] == "invalid_name"
