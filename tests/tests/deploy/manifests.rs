use crate::tool::{file, must_pass, must_pass_in, root, tool_of_python};

const ROLES: [&str; 4] = ["gateway", "geofence", "trips", "attendance"];
/// The Kubernetes whose types the manifests are read by.
const KUBERNETES: &str = "1.32";

#[test]
fn the_manifests_build() {
    must_pass("kubectl", &["kustomize", "."], "deploy/kubernetes");
}

/// Strictly: a field that Kubernetes does not know is an error.
#[test]
fn kubernetes_knows_every_field_of_the_manifests() {
    let kustomization = file("deploy/kubernetes/kustomization.yaml");
    let (_, resources) = kustomization.split_once("resources:\n").unwrap();
    let files: Vec<&str> = resources
        .lines()
        .map_while(|line| line.strip_prefix("  - "))
        .collect();
    assert!(files.len() >= 6, "{files:?}");
    let mut arguments = vec!["--strict", "--kubernetes-version", KUBERNETES];
    arguments.extend(&files);
    let folder = root().join("deploy/kubernetes");
    must_pass_in(&tool_of_python("kubernetes-validate"), &arguments, &folder);
}

/// What a unit or a container is told to run exists.
#[test]
fn units_and_containers_run_roles_that_exist() {
    let compose = file("deploy/compose/compose.yml");
    let scraped = file("deploy/compose/prometheus.yml");
    let manifests = file("deploy/kubernetes/gateway.yaml") + &file("deploy/kubernetes/consumers.yaml");
    let policies = file("deploy/kubernetes/policies.yaml");
    let services = file("deploy/kubernetes/services.yaml");
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
        assert!(
            services.contains(&format!("selector: {{ app.kubernetes.io/name: {role} }}")),
            "no service: {role}"
        );
        assert!(
            policies.contains(&format!("kind: PodDisruptionBudget\nmetadata:\n  name: {role}\n")),
            "no disruption budget: {role}"
        );
    }
}
