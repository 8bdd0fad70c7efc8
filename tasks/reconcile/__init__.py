"""Reconciliation: both sides are compared, page by page, and what differs is explained."""

from tasks.reconcile.classes import FindingClass, Repair
from tasks.reconcile.reconciler import Asked, NotProvable, Reconciler
from tasks.reconcile.report import Finding, Report, reconcile

__all__ = ["Asked", "Finding", "FindingClass", "NotProvable", "Reconciler", "Repair", "Report", "reconcile"]
