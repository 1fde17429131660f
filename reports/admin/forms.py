from typing import Any

from django import forms

from krafter_audit.admin.forms import split_addresses, validated_data
from reports.models import Share
from reports.serializers import ShareReportRequestSerializer

LINK_LIFETIME_LABELS = {1: "1 day", 7: "7 days", 30: "30 days"}
CHANNEL_LABELS = {
    Share.Channel.LINK: "Copy a link",
    Share.Channel.EMAIL: "E-mail",
    Share.Channel.SLACK: "Slack",
}
FIELDS_OF_CHANNEL = {Share.Channel.EMAIL: "recipients", Share.Channel.SLACK: "webhook_url"}
MISSING = {
    "recipients": "Enter at least one address.",
    "webhook_url": "Enter the URL of the webhook, such as https://hooks.slack.com/services/…",
}


class ShareForm(forms.Form):
    """A channel with its own field; `validated` has the arguments of the service."""

    channel = forms.ChoiceField(label="Send by", choices=list(CHANNEL_LABELS.items()))
    recipients = forms.CharField(
        label="Recipients", required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="For e-mail: addresses, separated by commas or lines.",
    )  # fmt: skip
    webhook_url = forms.CharField(
        label="Webhook URL", required=False, help_text="For Slack: an incoming webhook of the channel."
    )
    days = forms.TypedChoiceField(
        label="The link is valid for", coerce=int, choices=list(LINK_LIFETIME_LABELS.items()), initial=30
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="share_%s")
        for field in self.fields.values():
            field.widget.attrs["class"] = "k-input"
        self.validated: dict[str, Any] = {}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            self._validate(cleaned)
        return cleaned

    def _validate(self, cleaned: dict[str, Any]) -> None:
        # The API's serializer, so that a rule is written once. Fields of another channel are left out.
        channel = cleaned["channel"]
        body: dict[str, Any] = {"channel": channel, "expires_in": cleaned["days"] * 24 * 3600}
        name = FIELDS_OF_CHANNEL.get(channel)
        if name:
            entered = cleaned[name].strip()
            body[name] = split_addresses(entered) if name == "recipients" else entered
            if not body[name]:
                self.add_error(name, MISSING[name])
                return
        self.validated = validated_data(self, ShareReportRequestSerializer(data=body))
