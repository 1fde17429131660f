# One image for the web, the workers, beat and migrations: compose.yaml has their commands.
# Pin it to build twice from the same: --build-arg PYTHON_IMAGE=python:3.13-slim@sha256:…
ARG PYTHON_IMAGE=python:3.13-slim
FROM ${PYTHON_IMAGE} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements/image.txt /tmp/image.txt
RUN python -m venv /venv && /venv/bin/pip install --require-hashes --no-deps -r /tmp/image.txt

FROM ${PYTHON_IMAGE}
# Pango renders PDF reports, Chromium runs the checks that need a browser. Debian has one version of each at a time.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
        chromium-headless-shell fonts-liberation fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home krafter \
    && install -d -o krafter /srv/media
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=krafter_audit.settings \
    KRAFTER_MEDIA_ROOT=/srv/media KRAFTER_STATIC_ROOT=/srv/static
WORKDIR /app
COPY . .
# collectstatic loads the settings, which need keys; these have no other use. The container gets its own.
RUN KRAFTER_SECRET_KEY=only-while-building-only-while-building-only-while-building \
    KRAFTER_ENCRYPTION_KEYS=build:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    python manage.py collectstatic --no-input && python -m compileall -q .
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz/ready', timeout=4)"]
CMD ["python", "-m", "krafter_audit.server", "--host", "0.0.0.0", "--port", "8000", "--workers", "2"]
