-- The order of the values is the order in which they sort: priority descending begins with URGENT.
CREATE TYPE crm.company_size AS ENUM ('STARTUP', 'SMALL', 'MEDIUM', 'LARGE', 'ENTERPRISE');
CREATE TYPE crm.company_status AS ENUM ('ACTIVE', 'PROSPECT', 'CUSTOMER', 'INACTIVE', 'CHURNED');
CREATE TYPE crm.contact_method AS ENUM ('EMAIL', 'PHONE', 'MOBILE', 'LINKEDIN', 'IN_PERSON');
CREATE TYPE crm.contact_status AS ENUM ('ACTIVE', 'INACTIVE', 'BOUNCED', 'UNSUBSCRIBED', 'DO_NOT_CONTACT');
CREATE TYPE crm.stage_type AS ENUM (
  'LEAD', 'OPPORTUNITY', 'PROPOSAL', 'NEGOTIATION', 'CLOSED_WON', 'CLOSED_LOST');
CREATE TYPE crm.deal_status AS ENUM ('OPEN', 'WON', 'LOST', 'POSTPONED', 'CANCELLED');
CREATE TYPE crm.priority AS ENUM ('LOW', 'MEDIUM', 'HIGH', 'URGENT');
CREATE TYPE crm.activity_type AS ENUM (
  'CALL', 'EMAIL', 'MEETING', 'TASK', 'NOTE', 'PROPOSAL', 'CONTRACT', 'DEMO', 'FOLLOW_UP');
CREATE TYPE crm.activity_status AS ENUM ('PENDING', 'IN_PROGRESS', 'COMPLETED', 'CANCELLED', 'OVERDUE');
CREATE TYPE crm.user_role AS ENUM ('ADMIN', 'MANAGER', 'USER', 'VIEWER');
CREATE TYPE crm.custom_field_type AS ENUM (
  'TEXT', 'NUMBER', 'DATE', 'BOOLEAN', 'URL', 'EMAIL', 'PHONE', 'TEXTAREA', 'SELECT', 'MULTI_SELECT');
CREATE TYPE crm.filter_entity AS ENUM ('COMPANIES', 'CONTACTS', 'DEALS', 'ACTIVITIES');
