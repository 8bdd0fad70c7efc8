"""Reconciliation: both sides are compared, page by page, and what differs is explained."""

from tasks.reconcile.classes import FindingClass, Repair
from tasks.reconcile.reconciler import NotProvable, Reconciler
from tasks.reconcile.report import Finding, Report, reconcile
from tasks.reconcile.timetable import Asked

__all__ = ["Asked", "Finding", "FindingClass", "NotProvable", "Reconciler", "Repair", "Report", "reconcile"]
