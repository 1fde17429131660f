import base64
import io

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from accounts.models import User
from accounts.sign_in import attempts, known_browsers
from krafter_audit.api.throttling.rate_limits import client_address
from krafter_audit.security import vault

# The hooks do not say whose secret it is, so it is bound to its purpose only, and not to the user.
SECRET_OWNER = ("accounts", "second_factor")


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def reauthenticate(self, user: User, password: str) -> bool:
        # Guesses are paused as at the sign-in.
        account = known_browsers.account_subject(context.request, user.email)
        attempts.require_allowed(context.request, account, email=user.email)
        if not user.check_password(password):
            return False
        attempts.record_success(context.request, account)
        return True


class SecondFactorAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return base64.b64encode(vault.seal(text.encode(), owner=SECRET_OWNER)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return vault.open_sealed(base64.b64decode(encrypted_text), owner=SECRET_OWNER).decode()

    def build_totp_svg(self, url: str) -> str:
        image = io.BytesIO()
        # A white border: readers of QR codes expect dark on light, also in the dark theme.
        segno.make(url, micro=False).save(image, kind="svg", scale=5, border=4, light="#fff", xmldecl=False)
        return image.getvalue().decode()
