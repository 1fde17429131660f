from krafter_audit.conf import validators
from krafter_audit.conf.setting import Setting, SettingSection, in_section

FILES_AND_MAIL = in_section(
    SettingSection.FILES_AND_MAIL,
    Setting(
        name="KRAFTER_MEDIA_ROOT",
        default_text="`media/` beside `manage.py`",
        django_name="MEDIA_ROOT",
        help="Directory of report files and of the screenshots of evidence. Web and workers share it.",
    ),
    Setting(
        name="KRAFTER_S3_BUCKET",
        validator=validators.s3_bucket,
        help="A private bucket of S3-compatible storage for these files, instead of `KRAFTER_MEDIA_ROOT`"
        " ([Files on object storage](#files-on-object-storage)).",
    ),
    Setting(
        name="KRAFTER_S3_ENDPOINT",
        default_text="that of Amazon S3",
        validator=validators.http_url,
        help="The URL of the storage: `https://minio.example.com:9000`.",
    ),
    Setting(
        name="KRAFTER_S3_REGION", default_text="that of the environment", help="The region of the bucket."
    ),
    Setting(name="KRAFTER_S3_PREFIX", help="The folder in the bucket, if other files are in it too."),
    Setting(
        name="KRAFTER_S3_ACCESS_KEY",
        default_text="the credentials of the environment, such as the role of the machine",
        help="The id of the access key.",
    ),
    Setting(name="KRAFTER_S3_SECRET_KEY", secret=True, help="The secret of the access key."),
    Setting(
        name="KRAFTER_STATIC_ROOT",
        default_text="`static/` beside `manage.py`",
        django_name="STATIC_ROOT",
        help="Directory into which `collectstatic` copies style sheets and scripts.",
    ),
    Setting(
        name="EMAIL_URL",
        secret=True,
        default="consolemail://",
        default_text="`consolemail://` (writes to the log)",
        validator=validators.email_url,
        help="The mail server: `smtp://user:password@host:25`, `smtp+tls://…:587`, `smtp+ssl://…:465`.",
    ),
    Setting(
        name="KRAFTER_FROM_EMAIL",
        default="Krafter Audit <audit@localhost>",
        django_name="DEFAULT_FROM_EMAIL",
        validator=validators.email_sender,
        help="The sender of e-mails.",
    ),
)
