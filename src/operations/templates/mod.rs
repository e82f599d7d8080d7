//! Templates of descriptions: `fetchTemplates`, `updateTemplates`. `item-calls.md` 15; the form is inferred. What a
//! template can look at is in `docs/CONFIGURATION.md`.

use crate::domain::lookup::{Template, TemplateUpdate, template_fields};
use crate::domain::{Failure, MandatorId, code, template};
use crate::operations::look_up::{By, LookUp};
use crate::operations::wire::Patch;
use crate::{look_up, look_up_columns, look_up_document, show, update_of, wire, wire_enum};

wire_enum! {
    /// Which field identifies a template.
    TemplateKey {
        /// The name of the template.
        Identifier = "template_identifier",
        /// Kontor's number of the template.
        Id = "template_id",
    }
}

wire! {
    /// A template of descriptions.
    TemplateRecord {
        /// Which field identifies the record. Default TEMPLATE_IDENTIFIER.
        significant_key: Option<TemplateKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// Number that Kontor gave the template.
        template_id: Option<i32>,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// Name; specific_item_data and the account's configuration may name it. Needed for a new template.
        template_identifier: Option<String> [max(100), key],
        /// HTML with placeholders in the language of Jinja.
        content: Patch<String> [max(200_000)],
    }
}

impl LookUp for TemplateRecord {
    look_up_columns!(template_id, template_identifier);
    look_up_document!(Template, TemplateUpdate, template_fields, { template_id template_identifier });

    fn by(&self) -> By {
        match self.significant_key.unwrap_or_default() {
            TemplateKey::Identifier => By::Name,
            TemplateKey::Id => By::Id,
        }
    }

    /// Syntax only: what an item does not have is no fault of the template.
    fn check(&self) -> Result<(), Failure> {
        let Patch::Set(content) = &self.content else { return Ok(()) };
        template::check(content)
            .map_err(|fault| Failure::new(code::TEMPLATE_BROKEN, [&fault.line.to_string(), &fault.text]).within("content"))
    }
}

look_up! {
    TemplateRecord, id: template_id, name: template_identifier;
    records: templates as "template", report: TemplateReport { template, "stored_template" };
    FetchTemplates("fetchTemplates", "Reads the templates of descriptions.", TemplateFilter, FetchTemplatesRequest,
        FetchTemplatesResult, templates_per_page);
    UpdateTemplates("updateTemplates",
        "Creates and updates templates of descriptions; a template with a fault in its syntax is refused with the line.",
        UpdateTemplatesRequest, UpdateTemplatesResult);
}
