"""Configuration snippets for fixes in a web server, a framework or a CDN."""

from collections.abc import Mapping

type Snippets = Mapping[str, str]

TO_HTTPS: Snippets = {
    "nginx": "server { listen 80; server_name example.com; return 301 https://$host$request_uri; }",
    "apache": "RewriteEngine On; RewriteCond %{HTTPS} off; RewriteRule ^ https://%{HTTP_HOST}%{REQUEST_URI} [R=301,L]",
    "caddy": "example.com { … }  # a site without a scheme is served over HTTPS, and http:// redirected (308)",
    "django": "SECURE_SSL_REDIRECT = True",
    "express": "app.use((req, res, next) => (req.secure ? next() : res.redirect(301, `https://${req.hostname}"
    "${req.originalUrl}`)));  // behind a proxy also: app.set('trust proxy', 1)",
    "cloudflare": "SSL/TLS > Edge Certificates > Always Use HTTPS: on",
}
NO_DOT_FILES: Snippets = {
    "nginx": "location ~ /\\.(?!well-known) { return 404; }",
    "apache": 'RedirectMatch 404 "/\\.(?!well-known)"',
    "caddy": "@dotfiles { path */.*; not path /.well-known/* } respond @dotfiles 404",
    "django": "Keep .git and .env out of STATIC_ROOT and MEDIA_ROOT, and deny them in the web server.",
    "express": 'app.use(express.static("public", { dotfiles: "ignore" }))',
    "cloudflare": 'Security > WAF > Custom rules: (http.request.uri.path contains "/.git") or '
    '(http.request.uri.path contains "/.env") → Block',
}
NO_VERSION: Snippets = {
    "nginx": "server_tokens off;",
    "apache": "ServerTokens Prod",
    "caddy": "header -Server",
    "django": "Django sends no Server header; configure the web server in front of it.",
    "express": "Express sends no Server header; configure the web server in front of it.",
    "cloudflare": "Proxied (orange cloud), visitors get Server: cloudflare; fix the origin nevertheless.",
    "iis": '<requestFiltering removeServerHeader="true" />',
}
NO_POWERED_BY: Snippets = {
    "nginx": "proxy_hide_header X-Powered-By; fastcgi_hide_header X-Powered-By;",
    "apache": "Header always unset X-Powered-By",
    "caddy": "header -X-Powered-By",
    "django": "Django sends none; check the proxy and packages that add one.",
    "express": 'app.disable("x-powered-by")',
    "cloudflare": "Rules > Settings > Managed Transforms > Remove “X-Powered-By” headers: on",
    "php": "expose_php = Off",
    "asp.net": '<httpRuntime enableVersionHeader="false" />',
}
NO_LISTING: Snippets = {
    "nginx": "autoindex off;",
    "apache": "Options -Indexes",
    "caddy": "file_server  # without the word browse",
    "django": "django.views.static.serve(request, path, document_root=…, show_indexes=False)",
    "express": 'app.use(express.static("public"))  // without serve-index',
    "cloudflare": "R2 and Pages never list files. Disable the listing at the origin.",
    "iis": '<directoryBrowse enabled="false" />',
}
TLS_1_2: Snippets = {
    "nginx": "ssl_protocols TLSv1.2 TLSv1.3;",
    "apache": "SSLProtocol -all +TLSv1.2 +TLSv1.3",
    "caddy": "tls { protocols tls1.2 tls1.3 }  # its default",
    "express": 'https.createServer({ minVersion: "TLSv1.2", … }, app)',
    "cloudflare": "SSL/TLS > Edge Certificates > Minimum TLS Version: TLS 1.2",
    "haproxy": "ssl-default-bind-options ssl-min-ver TLSv1.2",
}
COMPRESSION: Snippets = {
    "nginx": "gzip on; gzip_types text/css application/javascript application/json image/svg+xml;",
    "apache": "AddOutputFilterByType DEFLATE text/html text/css application/javascript application/json image/svg+xml",
    "caddy": "encode zstd gzip",
    "django": 'MIDDLEWARE = ["django.middleware.gzip.GZipMiddleware", *MIDDLEWARE]',
    "express": 'app.use(require("compression")())',
    "cloudflare": "Rules > Compression Rules: enable Zstandard, Brotli, gzip; the origin must not send no-transform.",
}
LONG_LIVED: Snippets = {
    "nginx": 'location /static/ { add_header Cache-Control "public, max-age=31536000, immutable"; }',
    "apache": '<Directory "/var/www/static">Header set Cache-Control "public, max-age=31536000, immutable"</Directory>',
    "caddy": '@static path /static/*; header @static Cache-Control "public, max-age=31536000, immutable"',
    "django": 'STORAGES["staticfiles"] = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}',
    "express": 'app.use("/static", express.static("static", { maxAge: "365d", immutable: true }))',
    "cloudflare": "Caching > Configuration > Browser Cache TTL: 1 year (or a Cache Rule for /static/*)",
}
KNOWN_ORIGINS: Snippets = {
    "nginx": 'map $http_origin $allowed { default ""; "https://app.example.com" $http_origin; } … '
    "add_header Access-Control-Allow-Origin $allowed;",
    "apache": 'SetEnvIf Origin "^https://app\\.example\\.com$" ALLOWED=$0; '
    'Header always set Access-Control-Allow-Origin "%{ALLOWED}e" env=ALLOWED',
    "caddy": "@app header Origin https://app.example.com; "
    "header @app Access-Control-Allow-Origin https://app.example.com",
    "django": 'CORS_ALLOWED_ORIGINS = ["https://app.example.com"] (django-cors-headers)',
    "express": 'app.use(cors({ origin: ["https://app.example.com"], credentials: true }))',
    "cloudflare": "Rules > Transform Rules > Modify Response Header: Set static Access-Control-Allow-Origin = "
    'https://app.example.com when http.request.headers["origin"][0] equals it',
}


def header(name: str, value: str, django: str = "") -> Snippets:
    """Return how to send a header; `django` is Django's setting for it, if there is one."""
    return {
        "nginx": f'add_header {name} "{value}" always;',
        "apache": f'Header always set {name} "{value}"',
        "caddy": f'header {name} "{value}"',
        "django": django or f'response.headers["{name}"] = "{value}"  # in a middleware',
        "express": f'app.use((req, res, next) => {{ res.set("{name}", "{value}"); next(); }});',
        "cloudflare": f"Rules > Transform Rules > Modify Response Header: Set static {name} = {value}",
    }


def cookie(attribute: str, django: str, express: str, *, only: str = "") -> Snippets:
    """Return how to add an attribute to cookies; `only` limits it to cookies with this in their name."""
    bare = attribute.partition("=")[0].lower()
    named = f"[^=]*{only}[^=]*" if only else "[^=]+"
    return {
        "nginx": f"proxy_cookie_flags ~{only} {attribute.lower()};",
        "apache": f'Header always edit Set-Cookie "^({named}=(?!.*;\\s*{bare}).*)$" "$1; {attribute}"',
        "caddy": f'header >Set-Cookie "^({named}=.*)$" "$1; {attribute}"  # where the application does not set it',
        "django": django,
        "express": f"app.use(session({{ cookie: {{ {express} }} }}))",
        "cloudflare": f'A Worker: headers.append("Set-Cookie", `${{cookie}}; {attribute}`); better at the origin',
    }
