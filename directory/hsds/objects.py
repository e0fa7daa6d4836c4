"""Every table of HSDS 3.1, as facts: what its fields hold, which must be there, what they name."""

from collections.abc import Mapping
from typing import Final

from directory.hsds.declared import Dataset, Field, HsdsObject, Row, declare

__all__ = ["ANYWHERE", "OBJECTS", "Dataset", "Field", "HsdsObject", "Row", "table_of"]

_ALL = (
    declare(
        "organizations",
        "organization",
        "id:uuid! name! alternate_name description! email:email website:uri tax_status tax_id "
        "year_incorporated:number legal_status logo uri:uri parent_organization_id>organizations",
        "additional_websites>url funding>funding contacts>contacts phones>phones "
        "locations>locations programs>programs organization_identifiers>organization_identifiers",
    ),
    declare(
        "organization_identifiers",
        "organization_identifier",
        "id:uuid! organization_id~>organizations identifier_scheme identifier_type! identifier!",
    ),
    declare(
        "programs",
        "program",
        "id:uuid! organization_id~>organizations name! alternate_name description!",
    ),
    declare("units", "unit", "id:uuid! name! scheme identifier uri:uri"),
    declare("taxonomies", "taxonomy", "id:uuid! name! description! uri:uri version"),
    declare(
        "taxonomy_terms",
        "taxonomy_term",
        "id:uuid! code name! description! parent_id>taxonomy_terms taxonomy language "
        "taxonomy_id>taxonomies term_uri:uri",
        parents="taxonomy_detail=taxonomy_id>taxonomies",
    ),
    declare(
        "services",
        "service",
        "id:uuid! organization_id~>organizations program_id>programs name! alternate_name "
        "description url:uri email:email status!=active|inactive|defunct|temporarily_closed "
        "interpretation_services application_process fees_description wait_time fees "
        "accreditations eligibility_description minimum_age:number maximum_age:number "
        "assured_date:date assurer_email:email licenses alert last_modified:datetime",
        "additional_urls>url phones>phones schedules>schedules service_areas>service_areas "
        "service_at_locations>service_at_location languages>languages funding>funding "
        "cost_options>cost_options required_documents>required_documents contacts>contacts "
        "capacities>service_capacity",
        "organization=organization_id>organizations program=program_id>programs",
    ),
    declare(
        "locations",
        "location",
        "id:uuid! location_type!=physical|postal|virtual url:uri organization_id>organizations "
        "name alternate_name description transportation latitude:number longitude:number "
        "external_identifier external_identifier_type",
        "languages>languages addresses>addresses contacts>contacts accessibility>accessibility "
        "phones>phones schedules>schedules",
    ),
    declare(
        "service_at_location",
        "service_at_location",
        "id:uuid! service_id~>services location_id~>locations description",
        "service_areas>service_areas contacts>contacts phones>phones schedules>schedules",
        "location=location_id>locations",
    ),
    declare(
        "addresses",
        "address",
        "id:uuid! location_id>locations attention address_1! address_2 city! region "
        "state_province! postal_code! country! address_type!=physical|postal|virtual",
    ),
    declare(
        "contacts",
        "contact",
        "id:uuid! organization_id>organizations service_id>services "
        "service_at_location_id>service_at_location location_id>locations name title department "
        "email:email",
        "phones>phones",
    ),
    declare(
        "phones",
        "phone",
        "id:uuid! location_id>locations service_id>services organization_id>organizations "
        "contact_id>contacts service_at_location_id>service_at_location number! "
        "extension:number type description",
        "languages>languages",
    ),
    declare(
        "schedules",
        "schedule",
        "id:uuid! service_id>services location_id>locations "
        "service_at_location_id>service_at_location valid_from:date valid_to:date dtstart:date "
        "timezone:number until:date count:number wkst=MO|TU|WE|TH|FR|SA|SU freq=WEEKLY|MONTHLY "
        "interval:number byday byweekno bymonthday byyearday description opens_at:time "
        "closes_at:time schedule_link:uri attending_type notes",
    ),
    declare(
        "service_areas",
        "service_area",
        "id:uuid! service_id>services service_at_location_id>service_at_location name "
        "description extent extent_type uri",
    ),
    declare(
        "languages",
        "language",
        "id:uuid! service_id>services location_id>locations phone_id>phones name code note",
    ),
    declare(
        "accessibility",
        "accessibility",
        "id:uuid! location_id>locations description details url:uri",
    ),
    declare(
        "cost_options",
        "cost_option",
        "id:uuid! service_id~>services valid_from:date valid_to:date option currency "
        "amount:number amount_description",
    ),
    declare(
        "required_documents",
        "required_document",
        "id:uuid! service_id>services document uri:uri",
    ),
    declare(
        "funding", "funding", "id:uuid! organization_id>organizations service_id>services source"
    ),
    declare(
        "service_capacity",
        "service_capacity",
        "id:uuid! service_id~>services unit_id~>units available:number! maximum:number "
        "description updated:datetime!",
        parents="unit=unit_id>units",
    ),
    declare(
        "url", "url", "id:uuid! label url:uri! organization_id>organizations service_id>services"
    ),
    declare(
        "attributes",
        "attribute",
        "id:uuid! link_id:uuid~ taxonomy_term_id~>taxonomy_terms link_type link_entity~ value "
        "label",
        parents="taxonomy_term=taxonomy_term_id>taxonomy_terms",
    ),
    declare(
        "metadata",
        "metadata",
        "id:uuid! resource_id:uuid~ resource_type~ last_action_date:date! last_action_type! "
        "field_name! previous_value! replacement_value! updated_by!",
    ),
    declare(
        "meta_table_descriptions",
        "meta_table_description",
        "id:uuid! name language character_set",
    ),
)

OBJECTS: Final[Mapping[str, HsdsObject]] = dict(_ALL)
"""By table name, each after the tables it refers to, so that checking in this order meets them."""

ANYWHERE: Final = {
    "attributes": ("link_id", "link_entity"),
    "metadata": ("resource_id", "resource_type"),
}
"""Tables whose rows may hang from a row of any table: the field with its id, and with its kind."""

_BY_NAME = {name.name: table for table, name in OBJECTS.items()}


def table_of(word: object) -> str:
    """The table of an object named as itself or as its table; nothing for any other word."""
    text = str(word or "").strip().lower()
    return text if text in OBJECTS else _BY_NAME.get(text, "")
