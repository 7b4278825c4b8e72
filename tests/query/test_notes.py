"""What is said of the parts of a query?"""

from searchkit.query.notes import Notes


def test_names_that_are_spelled_alike_are_said_once() -> None:
    notes = Notes()
    notes.twins("反向传播", ["backpropagation"], 26)
    notes.twins("反向传播", ["Backpropagation"], 24)
    notes.twins("反向", ["Backpropagation"], 24)
    assert [note.message for note in notes.all()] == [
        "“反向传播”: also searched: backpropagation (in 26 articles)",
        "“反向”: also searched: Backpropagation (in 24 articles)",
    ]
