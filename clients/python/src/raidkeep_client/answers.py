"""Answers of functions that answer with several statuses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Status_co = TypeVar("Status_co", bound=int, covariant=True)
Data_co = TypeVar("Data_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Answer(Generic[Status_co, Data_co]):
    """The answer of a function of which several statuses are answers."""

    status: Status_co
    """Which of them it is."""
    data: Data_co
    """The reply's `data`."""
