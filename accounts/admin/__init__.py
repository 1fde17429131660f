from accounts.admin.api_keys import ApiKeyAdmin as ApiKeyAdmin
from accounts.admin.organizations import OrganizationAdmin as OrganizationAdmin
from accounts.admin.organizations import ProjectAdmin as ProjectAdmin
from accounts.admin.organizations import QuotaMonthAdmin as QuotaMonthAdmin
from accounts.admin.users import GroupAdmin as GroupAdmin
from accounts.admin.users import UserAdmin as UserAdmin
from accounts.invitations.admin import MembershipAdmin as MembershipAdmin
