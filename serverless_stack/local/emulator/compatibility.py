"""The version of MiniStack that the patches fit, and the private names that they use.

Another version may rename or drop any of these. They are checked at start, so that an incompatible
version is refused in one line instead of failing during a deployment.
"""

import importlib
import importlib.metadata
from typing import Final

VERSION: Final = "1.5.33"

NAMES: Final[dict[str, tuple[str, ...]]] = {
    module: tuple(names.split())
    for module, names in {
        "ministack.app": """
            _handle_execute_api_request _parse_execute_api_url _parse_lambda_url
            _s3_cors_target app
        """,
        "ministack.core.concurrency": "esm_wake run_offloop run_reentrant",
        "ministack.core.hypercorn_compat": "install",
        "ministack.core.iam_actions": "access_denied_response unsigned_operations",
        "ministack.core.iam_evaluator": """
            AmbiguousAccessKeyError AuthError CredentialResolutionError EvalContext
            _gather_role_policies _signed_request authenticate enforce evaluate
            evaluate_resource_policy find_iam_access_key_account is_root_access_key
            parse_policy_document pin_request_origin pin_signed_body pin_signed_request
            resolve_credential
        """,
        "ministack.core.lambda_runtime": """
            Worker Worker._discard_tmpdir Worker._spawn _RESERVED_RUNTIME_ENV_VARS
            _worker_class_for _worker_key _workers acquire_worker execution_credentials
            kill_workers release_worker reset
        """,
        "ministack.core.node_pool": "NodeWorkerError NodeWorkerPool NodeWorkerTimeout",
        "ministack.core.responses": """
            AccountScopedDict error_response_json get_account_id get_region
            json_response request_scope set_request_account_id set_request_region
        """,
        "ministack.core.router": "detect_service extract_access_key_id",
        "ministack.core.sigv4": """
            SIGNATURE_MISMATCH SIGV4A calculate_signature decode_header_value
            foreign_authorization_failure header_signature_failure
            parse_header_signature parse_query_signature presigned_request_is_expired
            request_time_failure
        """,
        "ministack.core.x509_utils": "sign_leaf_certificate",
        "ministack.services.alb": "_listeners _targets dispatch_request",
        "ministack.services.apigateway": """
            _apis._data _create_deployment _deployments _stages._data find_api_scope
        """,
        "ministack.services.apigateway_v1": """
            _AUTHENTICATION_GATEWAY_ERRORS _GatewayError _account_settings
            _authorize_request_v1 _base_path_mappings._data _call_lambda_raw
            _check_api_key _check_request_validation _check_throttle _create_deployment
            _delete_deployment _deployments_v1 _domain_names._data _evaluate_policy
            _execute_in_scope _extract_lambda_ref_from_integration_uri
            _gateway_error_response _gw_error _header_ci _invoke_authorizer_lambda
            _invoke_http_proxy_v1 _invoke_lambda_custom_v1 _invoke_lambda_proxy_v1
            _invoke_mock_v1 _invoke_sqs_v1 _match_greedy_fallback _match_resource_tree
            _parse_service_integration_uri _render_request_template_v1
            _request_identity_sources _request_validators _resources _rest_apis
            _rest_apis._data _select_service_integration_response _stages_v1
            _stages_v1._data _update_stage _v1_error _v1_response
            _validate_cognito_authorizer _vtl_close_paren _vtl_render _vtl_util
            _vtl_value find_api_scope handle_execute rest_api_policy_for_arn
            stages_for_api
        """,
        "ministack.services.cloudformation": "_stacks _stacks._data",
        "ministack.services.cloudformation.changesets": "_resolve_refs",
        "ministack.services.cloudformation.engine": "_resolve_refs",
        "ministack.services.cloudformation.handlers": "_resolve_refs",
        "ministack.services.cloudformation.provisioners": """
            _RESOURCE_HANDLERS _S3_BUCKET_CONFIGURATIONS _cf_distribution_config
            _cf_oai_attributes _ec2_apply_tags _ec2_sg_permissions _ec_call _ec_query
            _physical_name _sm_secret_string
        """,
        "ministack.services.cloudformation.stacks": "_resolve_refs _runs_on_worker_thread",
        "ministack.services.cloudfront": """
            OriginTimeout OriginUnreachable StreamingResponse _MANAGED_CACHE_POLICIES
            _add_cloudfront_headers _api_shape _apply_response_headers_policy
            _cache_policies _collect_streaming_body _create_distribution
            _create_invalidation _create_key_group _create_kvs _create_public_key
            _create_vpc_origin _delete_key_group _delete_public_key _delete_vpc_origin
            _dist_id _distributions._data _error _fetch_from_alb_origin
            _fetch_from_origin _forward_to_origin _functions _get_distribution
            _get_enabled _invalidations _is_aws_owned_host _key_groups _kvstores
            _list_distributions _normalize_origin_host _now_iso _oacs
            _origin_connect_target _origin_request_headers _origin_ssl_context
            _parse_body _parse_key_group_config _parse_public_key_config _public_keys
            _render_config_member _render_headers _s3_object_key _s3_origin_bucket
            _strip_namespace _unwrap_distribution_create_xml _update_distribution
            _update_key_group _update_public_key _update_vpc_origin _vpc_origin_etag
            _vpc_origins handle_request handle_viewer_request live_function_code
            new_uuid origin_request_policy_config response_headers_policy_config
        """,
        "ministack.services.cloudfront_keyvaluestore": "_get_store _stores",
        "ministack.services.cloudwatch": "_alarms",
        "ministack.services.cloudwatch_logs": """
            _append_log_events _create_delivery _delete_delivery
            _delete_delivery_destination _delete_delivery_source
            _fanout_to_subscription_filters _log_groups _make_group_arn
            _put_delivery_destination _put_delivery_source
        """,
        "ministack.services.dynamodb": """
            _tables handle_request stream_end_position stream_records_since
            stream_start_position
        """,
        "ministack.services.ec2": """
            _ACTION_MAP _addresses _allocate_address _create_flow_logs
            _create_nat_gateway _delete_flow_logs _delete_nat_gateway _flow_logs
            _nat_gateways _security_groups _vpce_fields_xml _vpcs
        """,
        "ministack.services.elasticache": """
            _SERVERLESS_DEFAULT_MAJOR _SERVERLESS_ENGINE_VERSIONS _cluster_xml_inner
            _clusters _clusters._data _create_cache_cluster _create_replication_group
            _create_serverless_cache _create_user _decrease_replica_count
            _delete_cache_cluster _delete_replication_group _delete_serverless_cache
            _ensure_serverless_ca _extract_configs _get_docker _increase_replica_count
            _modify_cache_cluster _modify_replication_group _modify_serverless_cache
            _modify_user _modify_user_group _p _replication_groups
            _replication_groups._data _rg_xml _serverless_caches _serverless_caches._data
            _spawn_redis_container _spawn_serverless_container
            _user_groups _user_xml _users _xml _xml_cluster_response
            serverless_ca_cert_pem
        """,
        "ministack.services.eventbridge": """
            _compiled_pattern _cron_next_fire _dispatch_event _dispatch_to_lambda
            _invoke_target _matches_detail _parse_cron_fields _pattern_event_view
            handle_request
        """,
        "ministack.services.iam": """
            _add_user_to_group _attach_group_policy _create_group _delete_group
            _delete_group_policy _detach_group_policy _groups _put_group_policy _roles
        """,
        "ministack.services.kinesis": """
            _deregister_consumer _register_consumer _streams handle_request
        """,
        "ministack.services.lambda_svc": """
            _apply_filter_criteria _dispatch_esm_batch _dynamodb_stream_positions
            _effective_func_record_for_qualifier _emit_lambda_logs _esm_inflight _esms
            _event_invoke_config _execute_function _execute_function_docker
            _execute_function_warm _execute_function_with_config_scope
            _execution_record_for_config _function_url_cors_headers _function_url_id
            _function_urls _functions _functions._data _get_func_record_for_qualifier
            _get_func_record_for_ref _get_func_record_for_ref_in_scope _invoke
            _iter_all_esms _match_esm_filter _poll_dynamodb_streams _poll_kinesis
            _poll_sqs _qp_first _release_esm_poll_state _resolve_layer_zip
            _sqs_esm_concurrency _sqs_message_attributes_to_camel_case _update_alias
            _vpc_config_with_id ensure_spawned execution_credentials
            handle_function_url_request invoke_async_with_retry resolve_function_url
        """,
        "ministack.services.s3": """
            _S3_EVENTBRIDGE_DETAIL_TYPE _S3_EVENTBRIDGE_EVENT_DETAIL_TYPE
            _bucket_accelerate_config _bucket_encryption _bucket_has_versions
            _bucket_lifecycle _bucket_logging_config _bucket_object_lock
            _bucket_owner_account _bucket_policies _bucket_versioning _buckets
            _buckets._data _check_object_lock _check_put_preconditions
            _cloudfront_origin_allows _copy_object _delete_bucket_encryption
            _delete_bucket_lifecycle _delete_bucket_ownership_controls
            _delete_bucket_replication _delete_bucket_tagging _delete_object_version
            _deliver_event_to_lambda _dispatch _ensure_bucket _error
            _fire_s3_event_async _get_object _head_object _in_account _maybe_replicate
            _multipart_uploads _no_such_bucket _object_retention _object_tags
            _object_versions _parse_multipart_form _purge_current_object
            _put_bucket_accelerate _put_bucket_encryption _put_bucket_lifecycle
            _put_bucket_logging _put_bucket_ownership_controls _put_bucket_replication
            _put_bucket_tagging _put_object_lock_configuration _record_delete_marker
            _replication_destination _replication_rule_for _resolve_sse_write_headers
            _s3_event_to_eventbridge cors_preflight cors_response_headers
            handle_request serve_cloudfront_origin_fetch
        """,
        "ministack.services.scheduler": """
            _at_time_epoch _schedules _schedules._data _tick_schedules
        """,
        "ministack.services.secretsmanager": """
            _get_secret_value _put_secret_value _resolve _rotate_secret _secrets
        """,
        "ministack.services.sns": "_deliver_to_lambda _fanout _topics",
        "ministack.services.sqs": """
            _delete_messages_for_esm _ensure_msg_fields _md5_msg_attrs _queue_by_arn
            _queue_url _queues._data _receive_messages_for_esm queue_delay
        """,
        "ministack.services.stepfunctions": "handle_request",
        "ministack.services.sts": "_sessions register_session",
        "ministack.services.waf": """
            _associate_web_acl _associations _create_ip_set _delete_ip_set
            _disassociate_web_acl _get_ip_set _ip_sets _parse_local_waf_arn
            _resolve_local_web_acl _update_ip_set
        """,
    }.items()
}


class IncompatibleError(RuntimeError):
    """The installed MiniStack is not the version that the patches were written for."""


def check_version() -> None:
    """Check the version of MiniStack, before it is imported.

    Raises:
        IncompatibleError: MiniStack is missing, or has another version.
    """
    try:
        installed = importlib.metadata.version("ministack")
    except importlib.metadata.PackageNotFoundError:
        installed = "none"
    if installed != VERSION:
        raise IncompatibleError(
            f"the local cloud needs ministack {VERSION}, got: {installed}; "
            "remove its virtual environment and start again"
        )


def check_names(names: dict[str, tuple[str, ...]] = NAMES) -> None:
    """Check that MiniStack has all names that the patches use. This imports MiniStack.

    Args:
        names: The names by module. ``Class.attribute`` is an attribute of a class.

    Raises:
        IncompatibleError: Names are missing. The message lists them.
    """
    missing = []
    for module_name, attributes in names.items():
        module = importlib.import_module(module_name)
        for attribute in attributes:
            owner: object = module
            for part in attribute.split("."):
                owner = getattr(owner, part, None)
            if owner is None:
                missing.append(f"{module_name}.{attribute}")
    if missing:
        raise IncompatibleError(f"this ministack {VERSION} lacks: {', '.join(missing)}")
