from enum import StrEnum


class DeploySource(StrEnum):
    API = "api"
    GITHUB = "github"
    GITLAB = "gitlab"

    def __str__(self) -> str:
        return str(self.value)
