"""What a provider that `counterfoil provider new` laid out raises, wherever its author has to say something."""


class Unwritten(Exception):
    """A part that is not written yet. `where` names it, `what` says what it must do; what it is given stands behind."""

    def __init__(self, where: str, what: str, *_given: object) -> None:
        super().__init__(f"{where} is not written yet: {what}")
        self.where = where
