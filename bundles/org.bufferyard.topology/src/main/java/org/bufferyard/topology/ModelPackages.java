package org.bufferyard.topology;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.bufferyard.topology.model.board.BoardPackage;
import org.bufferyard.topology.model.scenario.ScenarioPackage;
import org.eclipse.emf.ecore.EClass;
import org.eclipse.emf.ecore.EPackage;
import org.eclipse.emf.ecore.EcorePackage;
import org.eclipse.emf.ecore.impl.EPackageRegistryImpl;
import org.eclipse.emf.ecore.resource.ResourceSet;
import org.eclipse.emf.ecore.resource.impl.ResourceSetImpl;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * The packages that files may use at this moment: the core ones and those of device bundles, which
 * come and go as {@link EPackage} services. EMF's global registry plays no part. Of two bundles
 * with the same namespace (an update in place) the higher version counts. Safe for any thread.
 */
@Component(service = ModelPackages.class)
public final class ModelPackages {
  /** A package and who brought it. */
  record Entry(EPackage ePackage, Origin origin) {}

  private static final Origin CORE = new Origin("org.bufferyard.topology.model", "0.0.0");

  private final Map<String, List<Entry>> entries = new LinkedHashMap<>();
  private final Map<String, String> refused = new ConcurrentHashMap<>();
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

  @Activate
  public ModelPackages() {}

  /** Every device package; core packages are known without being a service. */
  @Reference(
      service = EPackage.class,
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      target = "(" + ModelExtender.NS_URI + "=*)")
  void bindPackage(ServiceReference<EPackage> reference, EPackage ePackage) {
    add(ePackage, origin(reference.getBundle()));
  }

  void unbindPackage(EPackage ePackage) {
    remove(ePackage);
  }

  private static Origin origin(Bundle bundle) {
    return new Origin(bundle.getSymbolicName(), bundle.getHeaders().get(Constants.BUNDLE_VERSION));
  }

  void add(EPackage ePackage, Origin origin) {
    synchronized (entries) {
      entries
          .computeIfAbsent(ePackage.getNsURI(), uri -> new ArrayList<>())
          .add(new Entry(ePackage, origin));
    }
    refused.remove(ePackage.getNsURI());
    announce(ePackage.getNsURI());
  }

  void remove(EPackage ePackage) {
    String nsUri = ePackage.getNsURI();
    synchronized (entries) {
      List<Entry> same = entries.getOrDefault(nsUri, List.of());
      if (!same.removeIf(e -> e.ePackage() == ePackage)) {
        return;
      }
      if (same.isEmpty()) {
        entries.remove(nsUri);
      }
    }
    announce(nsUri);
  }

  /** A bundle offers this namespace, but its model cannot be used. */
  void refuse(String nsUri, String reason) {
    refused.put(nsUri, reason);
  }

  void forgetRefusal(String nsUri) {
    refused.remove(nsUri);
  }

  /** Why the model of a bundle that is there cannot be used. */
  Optional<String> refusal(String nsUri) {
    return Optional.ofNullable(refused.get(nsUri));
  }

  private void announce(String nsUri) {
    for (Consumer<String> listener : listeners) {
      listener.accept(nsUri);
    }
  }

  /** Calls after a namespace gained or lost a package, from the thread that caused it. */
  void listen(Consumer<String> listener) {
    listeners.add(listener);
  }

  void unlisten(Consumer<String> listener) {
    listeners.remove(listener);
  }

  /** The package that counts for a namespace. */
  Optional<Entry> find(String nsUri) {
    if (nsUri.equals(BoardPackage.eNS_URI)) {
      return Optional.of(new Entry(BoardPackage.eINSTANCE, CORE));
    }
    if (nsUri.equals(ScenarioPackage.eNS_URI)) {
      return Optional.of(new Entry(ScenarioPackage.eINSTANCE, CORE));
    }
    synchronized (entries) {
      return entries.getOrDefault(nsUri, List.of()).stream().max(ModelPackages::compareVersions);
    }
  }

  /** Every package that a board may use, the core's first. */
  List<Entry> all() {
    List<Entry> all = new ArrayList<>();
    all.add(new Entry(BoardPackage.eINSTANCE, CORE));
    synchronized (entries) {
      entries.keySet().stream().sorted().flatMap(nsUri -> find(nsUri).stream()).forEach(all::add);
    }
    return all;
  }

  /** The device type that stands for a model of hardware, if a bundle brings one. */
  Optional<EClass> deviceType(String model) {
    List<String> nsUris;
    synchronized (entries) {
      nsUris = List.copyOf(entries.keySet());
    }
    return nsUris.stream()
        .sorted()
        .flatMap(nsUri -> find(nsUri).stream())
        .flatMap(entry -> HardwareModels.types(entry.ePackage()))
        .filter(type -> BoardPackage.Literals.DEVICE.isSuperTypeOf(type))
        .filter(type -> HardwareModels.has(type, model))
        .findFirst();
  }

  private static int compareVersions(Entry a, Entry b) {
    return Version.parseVersion(a.origin().version())
        .compareTo(Version.parseVersion(b.origin().version()));
  }

  /** A resource set that knows the packages of this moment and nothing else. */
  ResourceSet newResourceSet() {
    EPackage.Registry registry = new EPackageRegistryImpl();
    registry.put(EcorePackage.eNS_URI, EcorePackage.eINSTANCE);
    registry.put(BoardPackage.eNS_URI, BoardPackage.eINSTANCE);
    registry.put(ScenarioPackage.eNS_URI, ScenarioPackage.eINSTANCE);
    synchronized (entries) {
      for (String nsUri : entries.keySet()) {
        find(nsUri).ifPresent(e -> registry.put(nsUri, e.ePackage()));
      }
    }
    ResourceSet set = new ResourceSetImpl();
    set.setPackageRegistry(registry);
    SealedUris.seal(set);
    return set;
  }
}
