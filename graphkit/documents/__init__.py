"""Text out of documents, cleaning, candidate facts with spans, review."""

from graphkit.documents.extract import extract
from graphkit.documents.gazetteer import Gazetteer, case_gazetteer, default_gazetteer
from graphkit.documents.model import Candidate, Document
from graphkit.documents.read import read_document, read_documents
from graphkit.documents.text import Damage, Text, clean

__all__ = [
    "Candidate",
    "Damage",
    "Document",
    "Gazetteer",
    "Text",
    "case_gazetteer",
    "clean",
    "default_gazetteer",
    "extract",
    "read_document",
    "read_documents",
]
