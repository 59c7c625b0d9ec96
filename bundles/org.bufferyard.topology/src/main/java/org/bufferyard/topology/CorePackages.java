package org.bufferyard.topology;

import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.bufferyard.topology.model.board.BoardPackage;
import org.bufferyard.topology.model.scenario.ScenarioPackage;
import org.eclipse.emf.ecore.EPackage;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/**
 * The core packages as services, beside those that {@link ModelExtender} registers: whoever wants
 * to know all packages (an editor's palette) asks the service registry alone. Immediate, because it
 * offers services that DS does not know of.
 */
@Component(
    service = {},
    immediate = true)
public final class CorePackages {
  /** Service property: namespace of a package that is not a device's. */
  static final String NS_URI = "org.bufferyard.model.core";

  private final List<ServiceRegistration<EPackage>> registrations = new ArrayList<>();

  @Activate
  public CorePackages(BundleContext context) {
    for (EPackage core : List.of(BoardPackage.eINSTANCE, ScenarioPackage.eINSTANCE)) {
      Dictionary<String, Object> properties = new Hashtable<>(Map.of(NS_URI, core.getNsURI()));
      registrations.add(context.registerService(EPackage.class, core, properties));
    }
  }

  @Deactivate
  void close() {
    registrations.forEach(ServiceRegistration::unregister);
  }
}
