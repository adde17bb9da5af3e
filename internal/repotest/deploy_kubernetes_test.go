package repotest

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/server"
)

var kubernetesDir = filepath.Join(deployDir, "kubernetes")

// manifests returns the objects in deploy/kubernetes, by kind and name.
func manifests(t *testing.T) map[string]node {
	t.Helper()
	all := map[string]node{}
	for _, file := range filesIn(t, kubernetesDir) {
		if filepath.Ext(file) != ".yaml" || filepath.Base(file) == "kustomization.yaml" {
			continue
		}
		for _, n := range documents(t, read(t, file)) {
			name := n.text("kind") + " " + n.text("metadata.name")
			if all[name] != nil || n.text("apiVersion") == "" {
				t.Errorf("%s: %s is there twice, or has no version", file, name)
			}
			all[name] = n
		}
	}
	return all
}

// TestKubernetesPods checks that containers are unprivileged, read-only and limited.
func TestKubernetesPods(t *testing.T) {
	t.Parallel()
	all := manifests(t)
	for _, name := range []string{"Deployment console", "Job console-migrate"} {
		pod := all[name].child("spec.template.spec")
		pod.has(t, name, map[string]any{
			"automountServiceAccountToken": false, "enableServiceLinks": false,
			"securityContext.runAsNonRoot": true, "securityContext.runAsUser": 65532, "securityContext.fsGroup": 65532,
			"securityContext.seccompProfile.type":                   "RuntimeDefault",
			"containers.0.securityContext.readOnlyRootFilesystem":   true,
			"containers.0.securityContext.allowPrivilegeEscalation": false,
			"containers.0.securityContext.capabilities.drop.0":      "ALL",
			"containers.0.image":                                    "console",
		})
		for _, resource := range []string{"requests.cpu", "requests.memory", "limits.memory"} {
			if pod.text("containers.0.resources."+resource) == "" {
				t.Errorf("%s: no %s", name, resource)
			}
		}
		checkMounts(t, name, pod)
	}
	if labels := all["Namespace console"].child("metadata.labels"); labels["pod-security.kubernetes.io/enforce"] != "restricted" {
		t.Errorf("the namespace's labels are %v, want the restricted standard", labels)
	}
}

// checkMounts checks that secrets are mounted files, not variables.
func checkMounts(t *testing.T, who string, pod node) {
	t.Helper()
	volumes := fmt.Sprint(pod.at("volumes"))
	env, _ := pod.at("containers.0.env").([]any)
	for _, e := range env {
		name, value := e.(node).text("name"), e.(node).text("value")
		if !strings.HasSuffix(name, "_FILE") {
			if strings.Contains(name, "SECRET") || strings.Contains(name, "PASSWORD") {
				t.Errorf("%s: %s is not a file", who, name)
			}
			continue
		}
		dir, file := filepath.Split(value)
		if dir != "/run/console/" || !strings.Contains(volumes, "path:"+file) {
			t.Errorf("%s: %s is %s, which no volume has: %s", who, name, value, volumes)
		}
	}
}

// TestKubernetesStops checks that a rolling update loses no request.
func TestKubernetesStops(t *testing.T) {
	t.Parallel()
	all := manifests(t)
	d := all["Deployment console"]
	d.has(t, "Deployment", map[string]any{
		"spec.replicas": 2, "spec.strategy.rollingUpdate.maxUnavailable": 0, "spec.strategy.rollingUpdate.maxSurge": 1,
	})
	pod := d.child("spec.template.spec")
	pod.has(t, "pod", map[string]any{
		"containers.0.startupProbe.httpGet.path": "/healthz", "containers.0.livenessProbe.httpGet.path": "/healthz",
		"containers.0.readinessProbe.httpGet.path": "/readyz", "containers.0.readinessProbe.failureThreshold": 1,
		"topologySpreadConstraints.0.topologyKey": "kubernetes.io/hostname",
	})
	all["PodDisruptionBudget console"].has(t, "budget", map[string]any{"spec.maxUnavailable": 1})
	grace, _ := pod.at("terminationGracePeriodSeconds").(int)
	drain := drainOf(t, pod)
	if least := drain + server.StopTimeout; time.Duration(grace)*time.Second <= least {
		t.Errorf("a console has %d s to stop, and may take %v", grace, least)
	}
	period, _ := pod.at("containers.0.readinessProbe.periodSeconds").(int)
	if every := time.Duration(period) * time.Second; every == 0 || 3*every > drain {
		t.Errorf("readiness is asked every %v, want thrice in a drain of %v", every, drain)
	}
}

// drainOf returns the drain of a pod.
func drainOf(t *testing.T, pod node) time.Duration {
	t.Helper()
	env, _ := pod.at("containers.0.env").([]any)
	for _, e := range env {
		if e.(node).text("name") == "CONSOLE_DRAIN" {
			d, err := time.ParseDuration(e.(node).text("value"))
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
	}
	return defaultDrain(t)
}

// TestKubernetesFitsTogether checks that selectors and port names match the pods.
func TestKubernetesFitsTogether(t *testing.T) {
	t.Parallel()
	all := manifests(t)
	label := all["Deployment console"].child("spec.template.metadata.labels")["app.kubernetes.io/name"]
	for name, path := range map[string]string{
		"Deployment console":          "spec.selector.matchLabels",
		"Service console":             "spec.selector",
		"PodDisruptionBudget console": "spec.selector.matchLabels",
		"NetworkPolicy console":       "spec.podSelector.matchLabels",
		"PodMonitor console":          "spec.selector.matchLabels",
	} {
		if got := all[name].child(path)["app.kubernetes.io/name"]; got != label || got == nil {
			t.Errorf("%s selects %v, and the pods are %v", name, got, label)
		}
	}
	ports := map[any]any{}
	list, _ := all["Deployment console"].at("spec.template.spec.containers.0.ports").([]any)
	for _, p := range list {
		ports[p.(node)["name"]] = p.(node)["containerPort"]
	}
	if ports["http"] != 8080 || ports["metrics"] != 9090 {
		t.Errorf("the ports are %v", ports)
	}
	all["Service console"].has(t, "service", map[string]any{"spec.ports.0.targetPort": "http"})
	all["Ingress console"].has(t, "ingress", map[string]any{"spec.rules.0.http.paths.0.backend.service.name": "console"})
	all["PodMonitor console"].has(t, "monitor", map[string]any{"spec.podMetricsEndpoints.0.port": "metrics"})
	all["Cluster console-database"].has(t, "database", map[string]any{
		"spec.bootstrap.initdb.owner": "console_owner", "spec.managed.roles.0.name": "console",
		"spec.bootstrap.initdb.localeCollate": "C.UTF-8", "spec.postgresql.synchronous.number": 1,
	})
}

// TestKubernetesTrustsNoNetwork checks that a console with the example's networks of proxies
// refuses to start: operators have to give their own.
func TestKubernetesTrustsNoNetwork(t *testing.T) {
	t.Parallel()
	_, rest, found := strings.Cut(read(t, filepath.Join(kubernetesDir, "settings.env")), "\nCONSOLE_TRUSTED_PROXIES=")
	value, _, _ := strings.Cut(rest, "\n")
	said, err := consoleCommand(t.Context(), t, "serve", "--trusted-proxies", value).CombinedOutput()
	if !found || err == nil || !strings.Contains(string(said), "--trusted-proxies") {
		t.Errorf("the example trusts %q, want a value that has to be replaced; with it the console says:\n%s", value, said)
	}
}
