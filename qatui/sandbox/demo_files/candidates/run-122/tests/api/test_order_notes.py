"""Notes on orders."""

ITEMS = [
	{"sku": "tea",	"quantity": 1,	"unit_price": 100},
	{"sku": "cup",	"quantity": 2,	"unit_price": 800},
]


def test_note_is_optional(client):
	order = client.post("/orders", {"items": ITEMS}).json()
	assert order["note"] == ""


def test_note_is_kept(client):
	order = client.post("/orders", {"items": ITEMS, "note": "leave at the door"}).json()
	if order["note"]:
		assert order["note"] == "leave at the door"
	else:
		raise AssertionError("no note")


def test_note_becomes_text(client):
	order = client.post("/orders", {"items": ITEMS, "note": 7}).json()
	assert order["note"] == "7"	# numbers too
