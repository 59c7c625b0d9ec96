package org.bufferyard.platform.wiring;

import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import org.bufferyard.platform.registry.Kinds;

/**
 * Wires the real bundles without a framework, for tests: every component description that a manifest
 * on the class path names is a candidate, components are made when somebody asks for their
 * interface, and references are resolved by interface, highest ranking first.
 *
 * <p>{@link Kinds} is served by the wiring itself over the components on the class path, so the
 * registry bundle is not needed. Not modelled: dynamics, configurations, bundle contexts; a
 * component that needs one of them is an error only if it is asked for.
 *
 * <p>Not thread-safe; the services it gives are as safe as they say.
 */
public final class PlainWiring implements AutoCloseable {
  private final ClassLoader loader;
  private final List<ComponentDescription> descriptions = new ArrayList<>();

  /** Instances that a test adds, before all components. */
  private final List<Added> added = new ArrayList<>();

  private final Map<ComponentDescription, Object> instances = new LinkedHashMap<>();
  private final Set<ComponentDescription> underway = new LinkedHashSet<>();

  /** A service and its properties. */
  record Service(Object object, Map<String, Object> properties, String provider, int ranking) {}

  private record Added(Class<?> type, Service service) {}

  private PlainWiring(ClassLoader loader) {
    this.loader = loader;
  }

  /** The components on the class path of the calling test. */
  public static PlainWiring wire() {
    return wire(PlainWiring.class.getClassLoader());
  }

  /** The components that a loader sees. */
  public static PlainWiring wire(ClassLoader loader) {
    PlainWiring wiring = new PlainWiring(loader);
    for (URL url : descriptionsOf(loader)) {
      wiring.descriptions.add(ComponentDescription.read(url));
    }
    wiring.descriptions.sort(
        Comparator.comparing(ComponentDescription::ranking)
            .reversed()
            .thenComparing(ComponentDescription::name));
    wiring.added.add(
        new Added(Kinds.class, new Service(new PlainKinds(wiring), Map.of(), "plain-wiring", 0)));
    return wiring;
  }

  /**
   * Adds a service of the test's own, preferred to components of equal ranking. Only before anybody
   * asked for something that refers to it.
   */
  public <T> PlainWiring with(Class<T> type, T service, Map<String, Object> properties) {
    int ranking = properties.get("service.ranking") instanceof Integer r ? r : 0;
    added.add(new Added(type, new Service(service, properties, "test", ranking)));
    return this;
  }

  /**
   * The service of that interface.
   *
   * @throws IllegalStateException when no component on the class path provides it, or it cannot be
   *     wired; the message says which reference is missing
   */
  public <T> T get(Class<T> type) {
    return find(type)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "no component on the class path provides "
                        + type.getName()
                        + "; there are "
                        + descriptions.stream().map(ComponentDescription::name).toList()));
  }

  /** The service of that interface with the highest ranking. */
  public <T> Optional<T> find(Class<T> type) {
    return services(type.getName()).stream().findFirst().map(s -> type.cast(s.object()));
  }

  /** All services of that interface, highest ranking first. */
  List<Service> services(String type) {
    List<Service> found = new ArrayList<>();
    for (Added a : added) {
      if (a.type().getName().equals(type)) {
        found.add(a.service());
      }
    }
    boolean ours = type.equals(Kinds.class.getName());
    for (ComponentDescription d : ours ? List.<ComponentDescription>of() : descriptions) {
      if (d.interfaces().contains(type) && !d.requiresConfiguration()) {
        found.add(new Service(instance(d), d.properties(), d.name(), d.ranking()));
      }
    }
    found.sort(Comparator.comparing(Service::ranking).reversed());
    return found;
  }

  private Object instance(ComponentDescription description) {
    Object known = instances.get(description);
    if (known != null) {
      return known;
    }
    if (!underway.add(description)) {
      throw new IllegalStateException(
          "components refer to each other in a circle: "
              + underway.stream().map(ComponentDescription::name).toList());
    }
    try {
      Object made = new ComponentActivation(this, loader, description).activate();
      instances.put(description, made);
      return made;
    } finally {
      underway.remove(description);
    }
  }

  /** Deactivates what was made, newest first. */
  @Override
  public void close() {
    Deque<Map.Entry<ComponentDescription, Object>> newestFirst = new ArrayDeque<>();
    instances.entrySet().forEach(newestFirst::push);
    newestFirst.forEach(e -> ComponentActivation.deactivate(e.getKey(), e.getValue()));
    instances.clear();
  }

  /** Manifests, not folder listings, say which descriptions count: as in a framework. */
  private static List<URL> descriptionsOf(ClassLoader loader) {
    try {
      Set<URL> urls = new LinkedHashSet<>();
      for (URL manifest : java.util.Collections.list(loader.getResources("META-INF/MANIFEST.MF"))) {
        try (InputStream in = manifest.openStream()) {
          Attributes main = new Manifest(in).getMainAttributes();
          String components = main.getValue("Service-Component");
          String name = main.getValue("Bundle-SymbolicName");
          if (components != null && name != null && name.startsWith("org.bufferyard.")) {
            for (String path : components.split(",", -1)) {
              urls.add(beside(manifest, path.strip()));
            }
          }
        }
      }
      return List.copyOf(urls);
    } catch (IOException e) {
      throw new IllegalStateException("the class path cannot be read", e);
    }
  }

  private static URL beside(URL manifest, String path) throws MalformedURLException {
    String root = manifest.toString().replace("META-INF/MANIFEST.MF", "");
    return URI.create(root + path).toURL();
  }
}
