//! The tables as diesel sees them; the same on both databases. Kept in step with `migrations/` by a test.

diesel::table! {
    change_clock (id) {
        id -> Integer,
        last -> BigInt,
        forgotten -> BigInt,
    }
}

diesel::table! {
    deletions (mandator_id, kind, stamp, record_id) {
        mandator_id -> Integer,
        kind -> Integer,
        stamp -> BigInt,
        record_id -> Integer,
        internal_item_number -> Text,
        account_id -> Nullable<Integer>,
    }
}

diesel::table! {
    alarms (account_id, kind, way) {
        account_id -> Integer,
        kind -> Integer,
        way -> Integer,
        since -> BigInt,
        due_at -> BigInt,
        was_sent -> Bool,
        is_over -> Bool,
    }
}

diesel::table! {
    reload_requests (reload_id) {
        reload_id -> Integer,
        asked_at -> BigInt,
    }
}

diesel::table! {
    reload_answers (reload_id, gateway) {
        reload_id -> Integer,
        gateway -> Text,
        worked -> Bool,
        answer -> Text,
    }
}

diesel::table! {
    starts (start_id) {
        start_id -> Integer,
        token -> BigInt,
        last -> BigInt,
    }
}

diesel::table! {
    writers (writer) {
        writer -> Text,
        last -> BigInt,
    }
}

diesel::table! {
    counters (name) {
        name -> Text,
        last -> Integer,
    }
}

diesel::table! {
    configured (kind, id) {
        kind -> Text,
        id -> Integer,
        digest -> Text,
        created_at -> BigInt,
        last_changed -> BigInt,
    }
}

diesel::table! {
    categories (category_id) {
        category_id -> Integer,
        mandator_id -> Integer,
        identifier -> Text,
        external_id -> Nullable<Text>,
        parent_id -> Nullable<Integer>,
        created_at -> BigInt,
        created_by -> Text,
        last_changed -> BigInt,
        last_changed_by -> Text,
        data -> Text,
    }
}

diesel::table! {
    items (item_id) {
        item_id -> Integer,
        mandator_id -> Integer,
        internal_item_number -> Text,
        identifier -> Text,
        vendor_item_number -> Nullable<Text>,
        ean_code -> Nullable<Text>,
        match_code -> Nullable<Text>,
        tax_type_id -> Integer,
        category_id -> Nullable<Integer>,
        active -> Nullable<Bool>,
        is_adult_product -> Nullable<Bool>,
        variant_parent_id -> Nullable<Integer>,
        list_price -> Nullable<BigInt>,
        created_at -> BigInt,
        created_by -> Text,
        last_changed -> BigInt,
        last_changed_by -> Text,
        data -> Text,
        safety_stock -> Nullable<Integer>,
        minimum_stock -> Nullable<Integer>,
        delivery_time_id -> Nullable<Integer>,
        delivery_time_identifier -> Nullable<Text>,
        delivery_charge_category_id -> Nullable<Integer>,
        external_delivery_charge_category_id -> Nullable<Text>,
    }
}

diesel::table! {
    item_listings (item_id, account_id) {
        item_id -> Integer,
        account_id -> Integer,
        is_primary -> Bool,
        placing_count -> Nullable<Integer>,
        refill_count -> Nullable<Integer>,
        template_id -> Nullable<Integer>,
        template_identifier -> Nullable<Text>,
    }
}

diesel::table! {
    image_contents (digest) {
        digest -> Text,
        media_type -> Text,
        content -> Binary,
    }
}

diesel::table! {
    stock (item_id, warehouse_id) {
        item_id -> Integer,
        warehouse_id -> Integer,
        stock_count -> Integer,
        last_changed -> BigInt,
    }
}

diesel::table! {
    stock_changes (mandator_id, last_changed, item_id, warehouse_id) {
        mandator_id -> Integer,
        last_changed -> BigInt,
        item_id -> Integer,
        warehouse_id -> Integer,
    }
}

diesel::table! {
    pricelists (pricelist_id) {
        pricelist_id -> Integer,
        mandator_id -> Integer,
        identifier -> Text,
        external_id -> Nullable<Text>,
        iso_currency -> Text,
        rounding_id -> Integer,
        gross -> Bool,
        created_at -> BigInt,
        created_by -> Text,
        last_changed -> BigInt,
        last_changed_by -> Text,
    }
}

diesel::table! {
    price_validities (validity_id) {
        validity_id -> Integer,
        pricelist_id -> Integer,
        identifier -> Nullable<Text>,
        valid_from -> Nullable<Text>,
        valid_to -> Nullable<Text>,
    }
}

diesel::table! {
    prices (validity_id, item_id) {
        validity_id -> Integer,
        item_id -> Integer,
        price -> BigInt,
    }
}

diesel::table! {
    offers (offer_id) {
        offer_id -> Integer,
        mandator_id -> Integer,
        account_id -> Integer,
        item_id -> Integer,
        state -> Integer,
        wanted -> Integer,
        external_offer_number -> Nullable<Text>,
        url -> Nullable<Text>,
        shown_price -> Nullable<BigInt>,
        shown_quantity -> Nullable<Integer>,
        created_at -> BigInt,
        started_at -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        last_changed -> BigInt,
        refill_from -> Nullable<Integer>,
        open_quantity -> Nullable<Integer>,
        open_at_most -> Nullable<Integer>,
        ended_by -> Integer,
        release_at -> Nullable<BigInt>,
        specific_offer_data -> Nullable<Text>,
        accepted_at -> Nullable<BigInt>,
        list_after -> Nullable<BigInt>,
        left_out -> Nullable<Text>,
    }
}

diesel::table! {
    offer_skus (offer_id, sku) {
        offer_id -> Integer,
        sku -> Text,
        account_id -> Integer,
        external_number -> Nullable<Text>,
        live -> Integer,
        stamp -> BigInt,
        left_behind -> Integer,
    }
}

diesel::table! {
    channel_tasks (task_id) {
        task_id -> Integer,
        account_id -> Integer,
        channel_task -> Text,
        accepted_at -> BigInt,
        due_at -> BigInt,
        polls -> Integer,
        stage -> Integer,
        begun -> Integer,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    task_rows (task_id, offer_id) {
        task_id -> Integer,
        offer_id -> Integer,
        document -> Text,
    }
}

diesel::table! {
    outbox_states (offer_id, topic) {
        offer_id -> Integer,
        topic -> Integer,
        account_id -> Integer,
        version -> BigInt,
        status -> Integer,
        due_at -> BigInt,
        attempts -> Integer,
        first_failed_at -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
        begun -> Integer,
        task_id -> Nullable<Integer>,
        task_version -> Nullable<BigInt>,
    }
}

diesel::table! {
    outbox_facts (fact_id) {
        fact_id -> Integer,
        account_id -> Integer,
        order_id -> Integer,
        fact_key -> Text,
        kind -> Text,
        payload -> Text,
        version -> BigInt,
        status -> Integer,
        due_at -> BigInt,
        attempts -> Integer,
        first_failed_at -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
        settled_at -> Nullable<BigInt>,
        begun -> Integer,
        unclear -> Integer,
        channel_task -> Nullable<Text>,
    }
}

diesel::table! {
    transfers (transfer_id) {
        transfer_id -> Integer,
        account_id -> Integer,
        kind -> Integer,
        record_id -> Integer,
        external_number -> Nullable<Text>,
        version -> BigInt,
        status -> Integer,
        due_at -> BigInt,
        attempts -> Integer,
        first_failed_at -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
        begun -> Integer,
        sent -> Nullable<Text>,
    }
}

diesel::table! {
    contacts (contact_id) {
        contact_id -> Integer,
        mandator_id -> Integer,
        account_id -> Integer,
        kind -> Integer,
        external_number -> Nullable<Text>,
        external_id -> Nullable<Text>,
        marketplace_order_id -> Nullable<Text>,
        channel_line_id -> Nullable<Text>,
        said_at -> BigInt,
        created_at -> BigInt,
        last_changed -> BigInt,
        last_changed_by -> Text,
        data -> Text,
    }
}

diesel::table! {
    contact_cursors (account_id, kind) {
        account_id -> Integer,
        kind -> Integer,
        cursor -> Text,
    }
}

diesel::table! {
    feedback_summaries (account_id) {
        account_id -> Integer,
        mandator_id -> Integer,
        last_changed -> BigInt,
        data -> Text,
    }
}

diesel::table! {
    mail_senders (mandator_id, account_id, event) {
        mandator_id -> Integer,
        account_id -> Integer,
        event -> Integer,
        since -> BigInt,
    }
}

diesel::table! {
    mails (mail_id) {
        mail_id -> Integer,
        mandator_id -> Integer,
        account_id -> Integer,
        order_id -> Integer,
        event -> Integer,
        event_key -> Text,
        message_key -> Text,
        state -> Integer,
        created_at -> BigInt,
        waiting_since -> BigInt,
        due_at -> BigInt,
        attempts -> Integer,
        tried_at -> Nullable<BigInt>,
        settled_at -> Nullable<BigInt>,
        recipient -> Nullable<Text>,
        last_error -> Nullable<Text>,
        data -> Text,
    }
}

diesel::table! {
    upload_messages (message_id) {
        message_id -> Integer,
        mandator_id -> Integer,
        account_id -> Integer,
        item_id -> Nullable<Integer>,
        offer_id -> Nullable<Integer>,
        order_id -> Nullable<Integer>,
        severity -> Integer,
        code -> Text,
        text -> Text,
        remedy -> Text,
        created_at -> BigInt,
        kind -> Nullable<Text>,
        arguments -> Nullable<Text>,
    }
}

diesel::table! {
    held_orders (held_order_id) {
        held_order_id -> Integer,
        account_id -> Integer,
        marketplace_order_id -> Text,
        document -> Text,
        held_at -> BigInt,
        version -> BigInt,
        due_at -> BigInt,
        attempts -> Integer,
        last_error -> Text,
        begun -> Integer,
    }
}

diesel::table! {
    account_work (account_id) {
        account_id -> Integer,
        lease_owner -> Nullable<Text>,
        lease_until -> BigInt,
        order_cursor -> Nullable<Text>,
        next_poll_at -> BigInt,
        polled_at -> Nullable<BigInt>,
        poll_wanted -> BigInt,
        poll_served -> BigInt,
        blocked_until -> BigInt,
        failures -> Integer,
        last_error -> Nullable<Text>,
        reconcile_wanted -> BigInt,
        reconcile_served -> BigInt,
        reconcile_repair -> Bool,
        reconcile_import -> Bool,
        reconciled_at -> Nullable<BigInt>,
        reconcile_report -> Nullable<Text>,
        no_order_since -> Nullable<BigInt>,
        silent -> Bool,
        poll_begun -> Integer,
        reconcile_begun -> Integer,
        shop -> Nullable<Text>,
    }
}

diesel::table! {
    limited_calls (account_id, call) {
        account_id -> Integer,
        call -> Text,
        until_at -> BigInt,
    }
}

diesel::table! {
    customers (customer_id) {
        customer_id -> Integer,
        mandator_id -> Integer,
        account_id -> Nullable<Integer>,
        customer_number -> Integer,
        channel_key -> Nullable<Text>,
        email_address -> Nullable<Text>,
        external_customer_id_1 -> Nullable<Text>,
        external_customer_id_2 -> Nullable<Text>,
        customer_group_id -> Nullable<Integer>,
        created_at -> BigInt,
        last_changed -> BigInt,
        kept -> Bool,
        data -> Text,
    }
}

diesel::table! {
    customer_addresses (address_id) {
        address_id -> Integer,
        customer_id -> Integer,
        data -> Text,
    }
}

diesel::table! {
    customer_groups (customer_group_id) {
        customer_group_id -> Integer,
        mandator_id -> Integer,
        identifier -> Text,
        external_id -> Nullable<Text>,
        origin -> Integer,
        created_at -> BigInt,
        last_changed -> BigInt,
        data -> Text,
    }
}

diesel::table! {
    coupons (coupon_id) {
        coupon_id -> Integer,
        mandator_id -> Integer,
        identifier -> Text,
        external_id -> Nullable<Text>,
        origin -> Integer,
        created_at -> BigInt,
        last_changed -> BigInt,
        data -> Text,
    }
}

diesel::table! {
    orders (order_id) {
        order_id -> Integer,
        mandator_id -> Integer,
        account_id -> Nullable<Integer>,
        sub_channel_id -> Integer,
        order_number -> Integer,
        order_number_prefix -> Nullable<Text>,
        external_order_number_1 -> Nullable<Text>,
        external_order_number_2 -> Nullable<Text>,
        marketplace_order_id -> Nullable<Text>,
        marketplace_order_id_2 -> Nullable<Text>,
        transaction_id_1 -> Nullable<Text>,
        transaction_id_2 -> Nullable<Text>,
        order_date -> Nullable<BigInt>,
        created_at -> BigInt,
        last_changed -> BigInt,
        last_changed_by -> Text,
        export_date -> Nullable<BigInt>,
        order_status_id -> Integer,
        complete_status -> Integer,
        workflow -> Integer,
        payment_method_id -> Nullable<Integer>,
        customer_id -> Nullable<Integer>,
        email_address -> Nullable<Text>,
        invoice_number -> Nullable<Text>,
        channel_digest -> Nullable<Text>,
        data -> Text,
        channel_document -> Nullable<Text>,
    }
}

diesel::table! {
    order_items (order_item_id) {
        order_item_id -> Integer,
        order_id -> Integer,
        item_id -> Nullable<Integer>,
        offer_id -> Nullable<Integer>,
        channel_line_id -> Nullable<Text>,
        internal_item_number -> Nullable<Text>,
        external_offer_number -> Nullable<Text>,
        identifier -> Text,
        quantity -> Integer,
        price -> BigInt,
        tax_rate -> Nullable<BigInt>,
        cancelled -> Integer,
        cancelled_told -> Integer,
        shipped -> Integer,
        returned -> Integer,
        refunded -> Integer,
        total_amount -> Nullable<BigInt>,
        tax_amount -> Nullable<BigInt>,
        returned_reported -> Integer,
    }
}

diesel::table! {
    order_packets (packet_id) {
        packet_id -> Integer,
        order_id -> Integer,
        data -> Text,
    }
}

diesel::table! {
    package_contents (package_content_id) {
        package_content_id -> Integer,
        packet_id -> Integer,
        order_item_id -> Integer,
        warehouse_id -> Nullable<Integer>,
        quantity -> Integer,
    }
}

diesel::table! {
    reservations (order_item_id, warehouse_id, item_id) {
        order_item_id -> Integer,
        warehouse_id -> Integer,
        item_id -> Integer,
        quantity -> Integer,
    }
}

diesel::table! {
    order_changes (order_change_id) {
        order_change_id -> Integer,
        order_id -> Integer,
        changed_at -> BigInt,
        what -> Text,
        order_item_id -> Nullable<Integer>,
        old_value -> Nullable<Text>,
        new_value -> Nullable<Text>,
    }
}

diesel::table! {
    cancellation_requests (cancellation_request_id) {
        cancellation_request_id -> Integer,
        order_id -> Integer,
        marketplace_request_id -> Text,
        state -> Integer,
        requested_at -> BigInt,
        settled_at -> Nullable<BigInt>,
        data -> Text,
    }
}

diesel::table! {
    order_payments (order_payment_id) {
        order_payment_id -> Integer,
        order_id -> Integer,
        data -> Text,
    }
}

diesel::table! {
    credit_entries (credit_entry_id) {
        credit_entry_id -> Integer,
        order_id -> Integer,
        mandator_id -> Integer,
        external_credit_number -> Text,
        amount -> BigInt,
        currency_code_iso -> Text,
        created_at -> BigInt,
        fact_key -> Nullable<Text>,
        state -> Integer,
        settled_at -> Nullable<BigInt>,
        data -> Text,
    }
}

diesel::table! {
    payments (payment_id) {
        payment_id -> Integer,
        mandator_id -> Integer,
        entry_key -> Text,
        statement_key -> Text,
        payment_account -> Nullable<Text>,
        payment_date -> BigInt,
        amount -> BigInt,
        open_amount -> BigInt,
        currency_code_iso -> Text,
        depositor -> Nullable<Text>,
        iban -> Nullable<Text>,
        transaction_id -> Nullable<Text>,
        external_id -> Nullable<Text>,
        end_to_end_id -> Nullable<Text>,
        original_transaction -> Nullable<Text>,
        payment_system_id -> Nullable<Integer>,
        state -> Integer,
        created_at -> BigInt,
        last_changed -> BigInt,
        last_changed_by -> Text,
        data -> Text,
    }
}

diesel::table! {
    payment_assignments (payment_assignment_id) {
        payment_assignment_id -> Integer,
        payment_id -> Integer,
        order_id -> Integer,
        amount -> BigInt,
        assigned_at -> BigInt,
        assigned_by -> Text,
        data -> Text,
    }
}

diesel::table! {
    payment_statements (mandator_id, statement_key) {
        mandator_id -> Integer,
        statement_key -> Text,
        content_digest -> Text,
        imported_at -> BigInt,
    }
}

diesel::table! {
    order_notices (order_notice_id) {
        order_notice_id -> Integer,
        order_id -> Integer,
        notice_type -> Integer,
        text -> Text,
    }
}

diesel::table! {
    order_tags (order_id, tag_identifier) {
        order_id -> Integer,
        tag_identifier -> Text,
    }
}

diesel::table! {
    replays (replay_id) {
        replay_id -> Integer,
        replay_key -> Text,
        keyed -> Bool,
        document -> Text,
        additive -> Bool,
        answer -> Text,
        records -> Integer,
        failures -> Integer,
        created_at -> BigInt,
        handed_over -> Bool,
    }
}

diesel::table! {
    account_categories (account_category_id) {
        account_category_id -> Integer,
        account_id -> Integer,
        identifier -> Text,
        external_id -> Text,
        parent_id -> Nullable<Integer>,
        active -> Bool,
        created_at -> BigInt,
        last_changed -> BigInt,
    }
}

diesel::table! {
    item_account_categories (item_id, account_id, position) {
        item_id -> Integer,
        account_id -> Integer,
        position -> Integer,
        account_category_id -> Integer,
    }
}

diesel::table! {
    group_account_categories (account_id, external_category_id) {
        account_id -> Integer,
        external_category_id -> Text,
        account_category_id -> Integer,
        origin -> Integer,
    }
}

diesel::table! {
    delivery_times (delivery_time_id) {
        delivery_time_id -> Integer,
        mandator_id -> Integer,
        identifier -> Text,
        external_id -> Nullable<Text>,
        origin -> Integer,
        created_at -> BigInt,
        last_changed -> BigInt,
        data -> Text,
    }
}

diesel::table! {
    delivery_charge_categories (delivery_charge_category_id) {
        delivery_charge_category_id -> Integer,
        mandator_id -> Integer,
        identifier -> Text,
        external_id -> Nullable<Text>,
        origin -> Integer,
        created_at -> BigInt,
        last_changed -> BigInt,
        data -> Text,
    }
}

diesel::table! {
    text_module_types (text_module_type_id) {
        text_module_type_id -> Integer,
        mandator_id -> Integer,
        identifier -> Text,
        external_id -> Nullable<Text>,
        origin -> Integer,
        created_at -> BigInt,
        last_changed -> BigInt,
        data -> Text,
    }
}

diesel::table! {
    image_module_types (image_module_type_id) {
        image_module_type_id -> Integer,
        mandator_id -> Integer,
        identifier -> Text,
        external_id -> Nullable<Text>,
        origin -> Integer,
        created_at -> BigInt,
        last_changed -> BigInt,
        data -> Text,
    }
}

diesel::table! {
    templates (template_id) {
        template_id -> Integer,
        mandator_id -> Integer,
        identifier -> Text,
        external_id -> Nullable<Text>,
        origin -> Integer,
        created_at -> BigInt,
        last_changed -> BigInt,
        data -> Text,
    }
}

diesel::table! {
    shipping_groups (shipping_group_id) {
        shipping_group_id -> Integer,
        account_id -> Integer,
        identifier -> Text,
        active -> Bool,
    }
}

diesel::table! {
    manufacturers (manufacturer_id) {
        manufacturer_id -> Integer,
        mandator_id -> Integer,
        identifier -> Text,
        external_id -> Nullable<Text>,
        origin -> Integer,
        created_at -> BigInt,
        last_changed -> BigInt,
        data -> Text,
    }
}

diesel::table! {
    branches (branch_id) {
        branch_id -> Integer,
        mandator_id -> Integer,
        identifier -> Text,
        external_id -> Nullable<Text>,
        origin -> Integer,
        created_at -> BigInt,
        last_changed -> BigInt,
        data -> Text,
    }
}

diesel::table! {
    attributes (attribute_id) {
        attribute_id -> Integer,
        mandator_id -> Integer,
        identifier -> Text,
        external_id -> Nullable<Text>,
        origin -> Integer,
        created_at -> BigInt,
        last_changed -> BigInt,
        data -> Text,
    }
}

diesel::table! {
    attribute_sets (attribute_set_id) {
        attribute_set_id -> Integer,
        mandator_id -> Integer,
        identifier -> Text,
        external_id -> Nullable<Text>,
        origin -> Integer,
        created_at -> BigInt,
        last_changed -> BigInt,
        data -> Text,
    }
}

diesel::table! {
    variant_attributes (variant_attribute_id) {
        variant_attribute_id -> Integer,
        mandator_id -> Integer,
        identifier -> Text,
        external_id -> Nullable<Text>,
        origin -> Integer,
        created_at -> BigInt,
        last_changed -> BigInt,
        data -> Text,
    }
}

diesel::table! {
    item_references (item_id, position) {
        item_id -> Integer,
        position -> Integer,
        kind -> Integer,
        record_id -> Nullable<Integer>,
        name -> Nullable<Text>,
    }
}

diesel::table! {
    order_documents (document_id) {
        document_id -> Integer,
        mandator_id -> Integer,
        order_id -> Integer,
        document_type -> Integer,
        file_kind -> Integer,
        external_document_number -> Nullable<Text>,
        document_name -> Text,
        packet_id -> Nullable<Integer>,
        checksum -> Text,
        bytes -> BigInt,
        origin -> Integer,
        created_at -> BigInt,
        last_changed -> BigInt,
        last_changed_by -> Text,
        data -> Text,
    }
}

diesel::table! {
    shipping_labels (label_id) {
        label_id -> Integer,
        mandator_id -> Integer,
        order_id -> Integer,
        carrier -> Text,
        reference -> Text,
        external_label_number -> Nullable<Text>,
        packet_id -> Nullable<Integer>,
        state -> Integer,
        tracking_number -> Nullable<Text>,
        due_at -> BigInt,
        attempts -> Integer,
        unclear -> Integer,
        created_at -> BigInt,
        last_changed -> BigInt,
        last_changed_by -> Text,
        data -> Text,
    }
}

diesel::table! {
    epa_assemblies (epa_assembly_id) {
        epa_assembly_id -> Integer,
        mandator_id -> Integer,
        identifier -> Text,
        external_id -> Nullable<Text>,
        origin -> Integer,
        created_at -> BigInt,
        last_changed -> BigInt,
        data -> Text,
    }
}

diesel::table! {
    epa_boms (epa_bom_id) {
        epa_bom_id -> Integer,
        mandator_id -> Integer,
        identifier -> Text,
        external_id -> Nullable<Text>,
        origin -> Integer,
        created_at -> BigInt,
        last_changed -> BigInt,
        data -> Text,
    }
}

diesel::table! {
    set_components (set_item_id, item_id) {
        set_item_id -> Integer,
        item_id -> Integer,
        quantity -> Integer,
        epa_bom_id -> Integer,
    }
}

diesel::table! {
    order_item_components (order_item_id, item_id) {
        order_item_id -> Integer,
        item_id -> Integer,
        quantity -> Integer,
    }
}

diesel::table! {
    channel_catalogues (account_id) {
        account_id -> Integer,
        pass -> BigInt,
        cursor -> Nullable<Text>,
        read_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    channel_categories (account_id, category_id) {
        account_id -> Integer,
        category_id -> Text,
        parent_id -> Nullable<Text>,
        name -> Text,
        takes_offers -> Bool,
        pass -> BigInt,
    }
}

diesel::table! {
    category_attributes (account_id, category_id) {
        account_id -> Integer,
        category_id -> Text,
        data -> Text,
        read_at -> BigInt,
    }
}

diesel::table! {
    feeds (feed_id) {
        feed_id -> Integer,
        mandator_id -> Integer,
        account_id -> Integer,
        feed_type -> Text,
        target -> Text,
        status -> Nullable<Integer>,
        failure -> Nullable<Text>,
        request -> Text,
        request_bytes -> BigInt,
        answer -> Text,
        answer_bytes -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    media_uses (token, item_id) {
        token -> Text,
        item_id -> Integer,
    }
}

diesel::table! {
    media (media_id) {
        media_id -> Integer,
        mandator_id -> Integer,
        identifier -> Text,
        file_name -> Text,
        media_module_type_id -> Nullable<Integer>,
        media_category -> Nullable<Text>,
        language_code_iso -> Nullable<Text>,
        kind -> Integer,
        checksum -> Text,
        bytes -> BigInt,
        width -> Nullable<Integer>,
        height -> Nullable<Integer>,
        thumbnail -> Nullable<Text>,
        thumbnail_bytes -> Nullable<BigInt>,
        token -> Text,
        created_at -> BigInt,
        last_changed -> BigInt,
        last_changed_by -> Text,
    }
}

diesel::table! {
    moved_records (source, mandator_id, kind, source_key) {
        source -> Text,
        mandator_id -> Integer,
        kind -> Text,
        source_key -> Text,
        record_id -> Nullable<Integer>,
        digest -> Text,
        fields -> Text,
        moved_at -> BigInt,
    }
}

diesel::joinable!(stock -> items (item_id));
diesel::joinable!(item_listings -> items (item_id));
diesel::joinable!(item_references -> items (item_id));
diesel::joinable!(offers -> items (item_id));
diesel::joinable!(prices -> items (item_id));
diesel::joinable!(prices -> price_validities (validity_id));
diesel::joinable!(order_items -> orders (order_id));
diesel::joinable!(payment_assignments -> payments (payment_id));
diesel::joinable!(payment_assignments -> orders (order_id));
diesel::joinable!(reservations -> order_items (order_item_id));
diesel::joinable!(package_contents -> order_packets (packet_id));
diesel::joinable!(package_contents -> order_items (order_item_id));
diesel::joinable!(item_account_categories -> account_categories (account_category_id));
diesel::joinable!(group_account_categories -> account_categories (account_category_id));
diesel::joinable!(order_documents -> orders (order_id));
diesel::joinable!(order_item_components -> order_items (order_item_id));
diesel::joinable!(shipping_labels -> orders (order_id));

diesel::table! {
    hourly (hour, account_id, counted) {
        hour -> BigInt,
        account_id -> Integer,
        counted -> Integer,
        value -> BigInt,
    }
}

diesel::table! {
    sessions (token_digest) {
        token_digest -> Text,
        user_name -> Text,
        password_digest -> Text,
        created_at -> BigInt,
        ends_at -> BigInt,
        only_path -> Nullable<Text>,
    }
}

diesel::table! {
    audit (audit_id) {
        audit_id -> Integer,
        done_at -> BigInt,
        user_name -> Text,
        origin -> Text,
        action -> Text,
        about -> Text,
        worked -> Bool,
        outcome -> Text,
    }
}

diesel::table! {
    calls (call_id) {
        call_id -> BigInt,
        called_at -> BigInt,
        took_ms -> BigInt,
        user_name -> Text,
        origin -> Text,
        face -> Text,
        operation -> Text,
        mandators -> Text,
        status -> Integer,
        error_code -> Nullable<Integer>,
        records -> BigInt,
        failures -> BigInt,
        pending -> BigInt,
        replayed -> Bool,
        request_bytes -> BigInt,
        answer_bytes -> BigInt,
        request_id -> Nullable<Text>,
    }
}

diesel::table! {
    call_payloads (call_id) {
        call_id -> BigInt,
        request -> Text,
        is_whole -> Bool,
        answer -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    change_clock,
    deletions,
    starts,
    writers,
    counters,
    configured,
    categories,
    items,
    item_listings,
    item_references,
    manufacturers,
    branches,
    attributes,
    attribute_sets,
    variant_attributes,
    image_contents,
    stock,
    stock_changes,
    pricelists,
    price_validities,
    prices,
    offers,
    offer_skus,
    channel_tasks,
    task_rows,
    outbox_states,
    outbox_facts,
    transfers,
    contacts,
    contact_cursors,
    feedback_summaries,
    mail_senders,
    mails,
    upload_messages,
    held_orders,
    account_work,
    limited_calls,
    customers,
    customer_addresses,
    customer_groups,
    coupons,
    orders,
    order_items,
    order_packets,
    package_contents,
    reservations,
    order_changes,
    cancellation_requests,
    order_payments,
    order_documents,
    shipping_labels,
    credit_entries,
    payments,
    payment_assignments,
    payment_statements,
    order_notices,
    order_tags,
    replays,
    account_categories,
    channel_catalogues,
    channel_categories,
    category_attributes,
    feeds,
    media,
    moved_records,
    item_account_categories,
    group_account_categories,
    delivery_times,
    delivery_charge_categories,
    text_module_types,
    image_module_types,
    templates,
    shipping_groups,
    epa_assemblies,
    epa_boms,
    set_components,
    order_item_components,
);
