use crate::tool::{file, must_pass};

#[test]
fn the_manifests_build() {
    must_pass("kubectl", &["kustomize", "."], "deploy/kubernetes");
}

/// What a unit or a container is told to run exists.
#[test]
fn units_and_containers_run_roles_that_exist() {
    const ROLES: [&str; 3] = ["gateway", "geofence", "trips"];
    let compose = file("deploy/compose/compose.yml");
    let scraped = file("deploy/compose/prometheus.yml");
    let manifests = file("deploy/kubernetes/gateway.yaml") + &file("deploy/kubernetes/consumers.yaml");
    for role in ROLES {
        assert!(compose.contains(&format!("command: [{role}]")), "compose: {role}");
        assert!(
            scraped.contains(&format!("\"{role}:9600\"")),
            "prometheus: {role}"
        );
        assert!(
            manifests.contains(&format!("args: [{role}, ")),
            "kubernetes: {role}"
        );
    }
}
