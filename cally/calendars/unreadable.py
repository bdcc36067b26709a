"""A calendar that cannot be read, said in words for the host."""


class UnreadableError(Exception):
    """What was received is no calendar that can be trusted; the busy time known before stands (rule 38)."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
