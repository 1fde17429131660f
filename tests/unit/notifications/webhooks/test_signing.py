"""Signatures of the Standard Webhooks specification."""

import base64

from notifications.webhooks.signing import new_secret, signed_headers


def test_signature_is_that_of_the_published_example() -> None:
    # https://docs.svix.com/receiving/verifying-payloads/how-manual
    headers = signed_headers(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )

    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_each_secret_adds_a_signature() -> None:
    secrets = [new_secret(), new_secret()]

    together = signed_headers(secrets, message_id="m", timestamp=1, body=b"{}")["webhook-signature"]

    signatures = [
        signed_headers([secret], message_id="m", timestamp=1, body=b"{}")["webhook-signature"]
        for secret in secrets
    ]
    assert together == " ".join(signatures)


def test_secret_has_the_prefix_and_32_random_bytes() -> None:
    secret = new_secret()

    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32
    assert new_secret() != secret
