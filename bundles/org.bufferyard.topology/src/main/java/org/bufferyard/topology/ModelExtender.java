package org.bufferyard.topology;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.net.URL;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.eclipse.emf.ecore.EPackage;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.namespace.extender.ExtenderNamespace;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.util.tracker.BundleTracker;
import org.osgi.util.tracker.BundleTrackerCustomizer;

/**
 * Finds the device models in bundles. A bundle that says
 *
 * <pre>
 * Provide-Capability: org.bufferyard.model;
 *     org.bufferyard.model="http://example.org/device/npu/1.0"; path="model/npu.ecore"
 * </pre>
 *
 * gets its .ecore loaded while it is active, and registered as an {@link EPackage} service in its
 * own context, so that the package leaves with the bundle. A model that cannot be used is left out,
 * and files that want it say why. Immediate, because bundles appear without anybody asking for this
 * component.
 */
@Component(
    service = {},
    immediate = true)
@Capability(
    namespace = ExtenderNamespace.EXTENDER_NAMESPACE,
    name = ModelExtender.NAMESPACE,
    version = "1.0.0")
public final class ModelExtender
    implements BundleTrackerCustomizer<List<ServiceRegistration<EPackage>>> {
  /** Capability by which a bundle offers a model. */
  static final String NAMESPACE = "org.bufferyard.model";

  /** Service property: namespace of the package. Set on every device package. */
  static final String NS_URI = "org.bufferyard.model";

  private static final System.Logger LOG = System.getLogger(ModelExtender.class.getName());

  private final ModelPackages packages;
  private final BundleTracker<List<ServiceRegistration<EPackage>>> tracker;

  @Activate
  @SuppressWarnings("this-escape") // opened last; bundles may be handed to us from then on
  public ModelExtender(BundleContext context, @Reference ModelPackages packages) {
    this.packages = packages;
    tracker = new BundleTracker<>(context, Bundle.ACTIVE, this);
    tracker.open();
  }

  @Deactivate
  void close() {
    tracker.close();
  }

  @Override
  public List<ServiceRegistration<EPackage>> addingBundle(Bundle bundle, BundleEvent event) {
    BundleRevision revision = bundle.adapt(BundleRevision.class);
    List<BundleCapability> models =
        revision == null ? List.of() : revision.getDeclaredCapabilities(NAMESPACE);
    if (models.isEmpty()) {
      return null; // not tracked
    }
    List<ServiceRegistration<EPackage>> registrations = new ArrayList<>();
    for (BundleCapability model : models) {
      try {
        registrations.add(register(bundle, model.getAttributes()));
      } catch (IOException | IllegalArgumentException e) {
        LOG.log(Level.WARNING, "model of {0} not used: {1}", bundle, e.getMessage());
        packages.refuse(nsUri(model), e.getMessage());
      } catch (IllegalStateException e) {
        LOG.log(Level.DEBUG, "{0} stopped while its model was read", bundle);
      }
    }
    return registrations;
  }

  private static String nsUri(BundleCapability model) {
    return String.valueOf(model.getAttributes().get(NAMESPACE));
  }

  private static ServiceRegistration<EPackage> register(
      Bundle bundle, Map<String, Object> attributes) throws IOException {
    Object nsUri = attributes.get(NAMESPACE);
    Object path = attributes.get("path");
    URL entry = path instanceof String name ? bundle.getEntry(name) : null;
    if (entry == null) {
      throw new IllegalArgumentException("the bundle holds no " + path);
    }
    EPackage ePackage;
    try (InputStream in = entry.openStream()) {
      ePackage = DeviceModel.load(in, path.toString(), name -> open(bundle, name));
    }
    if (!ePackage.getNsURI().equals(nsUri)) {
      throw new IllegalArgumentException(
          path + " has namespace " + ePackage.getNsURI() + ", the manifest says " + nsUri);
    }
    Dictionary<String, Object> properties = new Hashtable<>(Map.of(NS_URI, nsUri));
    BundleContext context = bundle.getBundleContext();
    if (context == null) {
      // Whoever swaps bundles does not wait for us.
      throw new IllegalStateException("the bundle has stopped");
    }
    return context.registerService(EPackage.class, ePackage, properties);
  }

  private static InputStream open(Bundle bundle, String name) throws IOException {
    URL entry = bundle.getEntry(name);
    if (entry == null) {
      throw new IllegalArgumentException("the bundle holds no " + name);
    }
    return entry.openStream();
  }

  @Override
  public void modifiedBundle(
      Bundle bundle, BundleEvent event, List<ServiceRegistration<EPackage>> registrations) {
    // Only ACTIVE is tracked: nothing to do.
  }

  @Override
  public void removedBundle(
      Bundle bundle, BundleEvent event, List<ServiceRegistration<EPackage>> registrations) {
    bundle
        .adapt(BundleRevision.class)
        .getDeclaredCapabilities(NAMESPACE)
        .forEach(model -> packages.forgetRefusal(nsUri(model)));
    for (ServiceRegistration<EPackage> registration : registrations) {
      try {
        registration.unregister();
      } catch (IllegalStateException alreadyGone) {
        LOG.log(Level.DEBUG, "{0} took its package along", bundle);
      }
    }
  }
}
