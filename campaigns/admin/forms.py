from collections.abc import Collection
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from campaigns.models import MAX_NAME_LENGTH, Campaign
from campaigns.serializers import UpdateCampaignRequestSerializer
from krafter_audit.admin.forms import ChangeForm, DayInput, SerializerForm

NEW = ("", "New campaign")
ONE_OF_BOTH = "Choose a campaign, or give the name of a new one."


class CreateCampaignForm(SerializerForm):
    serializer_class = UpdateCampaignRequestSerializer

    class Meta:
        model = Campaign
        fields = ("project", "name", "due_date", "owner")


class ChangeCampaignForm(ChangeForm):
    serializer_class = UpdateCampaignRequestSerializer

    class Meta:
        model = Campaign
        fields = ("name", "due_date", "owner")


class ChooseCampaignForm(forms.Form):
    first_choices: ClassVar[list[tuple[str, str]]] = []
    campaign = forms.TypedChoiceField(coerce=UUID, empty_value=None, widget=UnfoldAdminSelectWidget)

    def __init__(self, data: Any = None, *, campaigns: Collection[Campaign]) -> None:
        super().__init__(data)
        field: Any = self.fields["campaign"]
        field.choices = [*self.first_choices, *((str(campaign.pk), campaign.name) for campaign in campaigns)]


class AddToCampaignForm(ChooseCampaignForm):
    """Chooses a campaign, or the name and due date of a new one."""

    first_choices: ClassVar = [NEW]
    name = forms.CharField(
        label="Name of a new campaign",
        max_length=MAX_NAME_LENGTH,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )
    due_date = forms.DateField(label="Due date of a new campaign", required=False, widget=DayInput)

    def __init__(self, data: Any = None, *, campaigns: Collection[Campaign]) -> None:
        super().__init__(data, campaigns=campaigns)
        self.fields["campaign"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and bool(cleaned.get("campaign")) == bool(cleaned.get("name")):
            self.add_error(None, ONE_OF_BOTH)
        return cleaned
