"""What every form with a description checks."""

from django import forms

from jobs.services import description
from kernel.errors import Invalid


def refuse_unrenderable(form: forms.ModelForm, written_in: str) -> None:
    """Makes a description that cannot be rendered a fault of the form."""
    try:
        description.render(form.cleaned_data.get("description_source", ""), written_in)
    except Invalid as refusal:
        form.add_error("description_source", str(refusal))
