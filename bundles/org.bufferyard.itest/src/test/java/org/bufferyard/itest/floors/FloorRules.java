package org.bufferyard.itest.floors;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The rules of the house over everything that was built; each broken one is a line. */
final class FloorRules {
  private static final Set<String> API_PACKAGES =
      Set.of("memory", "allocator", "iommu", "dma", "dmabuf", "device", "kernel", "event");

  private static final Set<String> EXPORTERS =
      Set.of(
          "org.bufferyard.api",
          "org.bufferyard.platform",
          "org.bufferyard.topology.model",
          "org.bufferyard.topology");

  private static final Set<String> MAY_KNOW_EMF =
      Set.of("org.bufferyard.topology.model", "org.bufferyard.topology", "org.bufferyard.web");

  private static final Set<String> MAY_TOUCH_THE_FRAMEWORK =
      Set.of(
          "org.bufferyard.topology",
          "org.bufferyard.registry",
          "org.bufferyard.feature",
          "org.bufferyard.live",
          "org.bufferyard.itest");

  /** Whom a lower floor tells what happens and can do without: the call goes up, the need does not. */
  private static final Set<String> WHITEBOARDS =
      Set.of("org.bufferyard.platform.registry.KindsObserver");

  private static final List<String> FRAMEWORK_TYPES =
      List.of(
          "org/osgi/util/tracker/",
          "org/osgi/framework/BundleActivator",
          "org/osgi/framework/BundleContext");

  /** Drawers that collect what has no home. */
  private static final Pattern NAMES_THAT_SAY_LITTLE =
      Pattern.compile(".*(Utils?|Helper|Manager|Impl|Common|Misc)(\\$.*)?\\.class");

  private final Map<String, BuiltBundle> bundles = new TreeMap<>();
  private final List<String> broken = new ArrayList<>();

  private FloorRules(Collection<BuiltBundle> bundles) {
    bundles.forEach(bundle -> this.bundles.put(bundle.name(), bundle));
  }

  static List<String> broken(Collection<BuiltBundle> bundles) {
    FloorRules rules = new FloorRules(bundles);
    rules.bundles.values().forEach(rules::check);
    return rules.broken;
  }

  private void check(BuiltBundle bundle) {
    Optional<Floor> floor = Floor.of(bundle.name());
    if (floor.isEmpty()) {
      broken.add(bundle.name() + " stands on no floor; name it in Floor");
      return;
    }
    bundle.imports().forEach(name -> checkImport(bundle, floor.get(), name));
    bundle.exports().forEach((name, version) -> checkExport(bundle, name, version));
    for (BuiltBundle.Component component : bundle.components()) {
      component.references().forEach(r -> checkReference(bundle, floor.get(), component, r));
    }
    bundle.classes().forEach((file, texts) -> checkClass(bundle, file, texts));
  }

  private void checkImport(BuiltBundle bundle, Floor floor, String name) {
    owner(name)
        .filter(owner -> !owner.equals(bundle.name()))
        .flatMap(owner -> direction(floor, owner).map(d -> d + " to " + owner))
        .ifPresent(d -> broken.add("%s imports %s: %s".formatted(bundle.name(), name, d)));
    boolean emf = name.startsWith("org.eclipse.emf.") || name.startsWith("org.gecko.emf.");
    boolean model = name.startsWith("org.bufferyard.topology.model");
    if ((emf || model) && !MAY_KNOW_EMF.contains(bundle.name()) && floor != Floor.BESIDE) {
      broken.add("%s imports %s: only the topology knows EMF".formatted(bundle.name(), name));
    }
  }

  private void checkExport(BuiltBundle bundle, String name, String version) {
    boolean allowed =
        EXPORTERS.contains(bundle.name())
            && (name.equals(bundle.name()) || name.startsWith(bundle.name() + "."));
    if (bundle.name().equals("org.bufferyard.api")) {
      allowed =
          name.startsWith("org.bufferyard.api.")
              && API_PACKAGES.contains(name.substring("org.bufferyard.api.".length()));
    }
    if (!allowed) {
      broken.add("%s exports %s: it may not".formatted(bundle.name(), name));
    }
    if (version == null || version.equals("0.0.0")) {
      broken.add("%s exports %s without a version".formatted(bundle.name(), name));
    }
  }

  /** A reference points at whoever provides the service, wherever its interface stands. */
  private void checkReference(
      BuiltBundle bundle,
      Floor floor,
      BuiltBundle.Component component,
      BuiltBundle.Reference reference) {
    String service = reference.service();
    String where = "component %s refers to %s".formatted(component.name(), service);
    owner(service.substring(0, Math.max(0, service.lastIndexOf('.'))))
        .filter(owner -> !owner.equals(bundle.name()))
        .flatMap(owner -> direction(floor, owner).map(d -> d + " to " + owner))
        .ifPresent(d -> broken.add(where + ": " + d));
    boolean told = WHITEBOARDS.contains(service) && reference.dynamic();
    for (BuiltBundle provider : told ? List.<BuiltBundle>of() : bundles.values()) {
      boolean provides =
          provider.components().stream().anyMatch(c -> c.provides().contains(service));
      boolean higher = Floor.of(provider.name()).filter(f -> f.compareTo(floor) > 0).isPresent();
      // Floor BESIDE serves all: it installs them.
      if (provides
          && higher
          && Floor.of(provider.name()).get() != Floor.BESIDE
          && !isWhiteboard(reference)) {
        broken.add("%s: climbs to its provider %s".formatted(where, provider.name()));
      }
    }
    boolean plugin = service.startsWith("org.bufferyard.api.");
    if (plugin && reference.dynamic() && !bundle.name().equals("org.bufferyard.registry")) {
      broken.add(where + ": only the registry refers to plug-ins dynamically");
    }
  }

  /**
   * Whoever is called back stands higher: the arrow is the caller's, and it points at a contract that
   * callers made for others to implement. Only one that the component does without at any time.
   */
  private boolean isWhiteboard(BuiltBundle.Reference reference) {
    String file = reference.service().replace('.', '/') + ".class";
    return reference.dynamic()
        && reference.optional()
        && Optional.ofNullable(bundles.get("org.bufferyard.platform"))
            .map(platform -> platform.classes().get(file))
            .filter(texts -> texts.contains("Lorg/osgi/annotation/versioning/ConsumerType;"))
            .isPresent();
  }

  private void checkClass(BuiltBundle bundle, String file, Set<String> texts) {
    if (!MAY_TOUCH_THE_FRAMEWORK.contains(bundle.name())) {
      for (String type : FRAMEWORK_TYPES) {
        if (texts.stream().anyMatch(text -> text.contains(type))) {
          broken.add("%s: %s uses %s".formatted(bundle.name(), file, type));
        }
      }
    }
    // EMF's generator names its own classes.
    boolean generated = bundle.name().equals("org.bufferyard.topology.model");
    if (!generated && NAMES_THAT_SAY_LITTLE.matcher(file).matches()) {
      broken.add("%s: %s has a name that says little".formatted(bundle.name(), file));
    }
  }

  /** What is wrong with an arrow from a floor to a bundle; empty when it goes down. */
  private static Optional<String> direction(Floor from, String to) {
    Floor floor = Floor.of(to).orElseThrow();
    if (floor == Floor.BESIDE) {
      return Optional.of("leans on what stands beside the house");
    }
    int order = floor.compareTo(from);
    if (order > 0) {
      return Optional.of("climbs");
    }
    return order == 0 ? Optional.of("goes sideways") : Optional.empty();
  }

  /** The bundle whose root package holds a package; the longest name wins. */
  private Optional<String> owner(String packageName) {
    return bundles.keySet().stream()
        .filter(name -> packageName.equals(name) || packageName.startsWith(name + "."))
        .max((a, b) -> Integer.compare(a.length(), b.length()));
  }
}
