"""The files of a new provider, laid out from templates: what `counterfoil provider new` makes."""

from worker.scaffold.layout import BadPlace, Layout, lay_out

__all__ = ["BadPlace", "Layout", "lay_out"]
