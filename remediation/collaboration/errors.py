from krafter_audit.api.errors import ApiError


class NotTheAuthor(ApiError):
    code, status = "not_the_author", 403
    message = "Only the author of a comment may change or delete it."
