package org.bufferyard.itest.floors;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.itest.floors.BuiltBundle.Component;

/**
 * Who must prove what: every kind of plug-in has contract suites, every provider that is shipped runs
 * every one of them, and whatever a board can ask for is served in both flavours. Each broken promise
 * is a line.
 *
 * <p>Nothing is listed here. The kinds are what the registry refers to dynamically. A suite is a class
 * of the api's tests that leaves {@code kind()} abstract. It is run for a provider when a class of the
 * provider's own bundle extends it and makes an object of the component's class. A flavour is not
 * told to anybody: it chooses the component. So a run proves each flavour that its component serves.
 */
final class SuiteRules {
  private static final String API = "org.bufferyard.api";
  private static final Set<String> FLAVOURS = Set.of(Flavour.FIDELITY, Flavour.FAST);

  private final Collection<BuiltBundle> bundles;

  /** Bundle to the classes of its tests. */
  private final Map<String, List<TestClass>> tests;

  private final Map<String, TestClass> byName = new HashMap<>();
  private final List<String> broken = new ArrayList<>();

  private SuiteRules(Collection<BuiltBundle> bundles, Map<String, List<TestClass>> tests) {
    this.bundles = bundles;
    this.tests = tests;
    tests.values().forEach(all -> all.forEach(test -> byName.put(test.name(), test)));
  }

  static List<String> broken(
      Collection<BuiltBundle> bundles, Map<String, List<TestClass>> tests) {
    SuiteRules rules = new SuiteRules(bundles, tests);
    Set<String> kinds = rules.kinds();
    if (kinds.isEmpty()) {
      rules.broken.add("the registry refers to no kind of plug-in");
    }
    kinds.forEach(rules::check);
    return rules.broken;
  }

  private Set<String> kinds() {
    Set<String> kinds = new TreeSet<>();
    for (BuiltBundle bundle : bundles) {
      if (bundle.name().equals("org.bufferyard.registry")) {
        bundle.components().stream()
            .flatMap(component -> component.references().stream())
            .filter(r -> r.dynamic() && r.service().startsWith(API + "."))
            .forEach(r -> kinds.add(r.service()));
      }
    }
    return kinds;
  }

  private void check(String kind) {
    List<String> suites =
        tests.getOrDefault(API, List.of()).stream()
            .filter(test -> test.proves().filter(kind::equals).isPresent())
            .map(TestClass::name)
            .sorted()
            .toList();
    if (suites.isEmpty()) {
      broken.add(kind + " has no contract suite");
    }
    Map<String, Set<String>> servedIn = new HashMap<>();
    for (BuiltBundle bundle : bundles) {
      if (Floor.of(bundle.name()).filter(Floor.BESIDE::equals).isPresent()) {
        continue; // never shipped
      }
      for (Component component : bundle.components()) {
        if (component.provides().contains(kind)) {
          suites.forEach(suite -> checkRun(bundle.name(), component, suite));
          component.texts("models").forEach(
              model ->
                  servedIn.computeIfAbsent(model, m -> new TreeSet<>()).addAll(flavours(component)));
        }
      }
    }
    servedIn.forEach((model, flavours) -> checkServed(kind, model, flavours));
  }

  private static Set<String> flavours(Component component) {
    List<String> said = component.texts(Flavour.KEY);
    return said.isEmpty() ? FLAVOURS : Set.copyOf(said);
  }

  private void checkRun(String bundle, Component component, String suite) {
    boolean run =
        tests.getOrDefault(bundle, List.of()).stream()
            .filter(TestClass::isRun)
            .anyMatch(test -> runs(test, suite, component.implementation()));
    if (!run) {
      new TreeSet<>(flavours(component))
          .forEach(
              flavour ->
                  broken.add(
                      "%s in %s is proved by no %s"
                          .formatted(
                              component.name(), flavour, suite.substring(suite.lastIndexOf('.') + 1))));
    }
  }

  /** Walks up from the test to the suite; on the way somebody makes the provider. */
  private boolean runs(TestClass test, String suite, String provider) {
    boolean made = false;
    for (TestClass at = test; at != null; at = byName.get(at.parent())) {
      if (at.name().equals(suite)) {
        return made;
      }
      made |= at.makes().contains(provider);
    }
    return false;
  }

  private void checkServed(String kind, String model, Set<String> flavours) {
    for (String flavour : new TreeSet<>(FLAVOURS)) {
      if (!flavours.contains(flavour)) {
        broken.add("%s '%s' is served by nobody in %s".formatted(kind, model, flavour));
      }
    }
  }
}
