package org.bufferyard.topology;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.bufferyard.topology.model.board.BoardPackage;
import org.eclipse.emf.common.util.URI;
import org.eclipse.emf.ecore.EObject;
import org.eclipse.emf.ecore.EPackage;
import org.eclipse.emf.ecore.EcorePackage;
import org.eclipse.emf.ecore.impl.EPackageRegistryImpl;
import org.eclipse.emf.ecore.resource.Resource;
import org.eclipse.emf.ecore.resource.ResourceSet;
import org.eclipse.emf.ecore.resource.impl.ResourceSetImpl;
import org.eclipse.emf.ecore.util.EcoreUtil;
import org.eclipse.emf.ecore.xmi.impl.EcoreResourceFactoryImpl;

/** Loads a device bundle's .ecore: a dynamic package whose classes extend the core's Device. */
final class DeviceModel {
  private static final String CORE = "http://bufferyard.org/topology/";

  private DeviceModel() {}

  /**
   * @param name for messages
   * @param files of the bundle that it comes from
   * @throws IllegalArgumentException when the model cannot be used, with the reason
   */
  static EPackage load(InputStream in, String name, HardwareModels.Files files)
      throws IOException {
    ResourceSet set = new ResourceSetImpl();
    EPackage.Registry registry = new EPackageRegistryImpl();
    registry.put(EcorePackage.eNS_URI, EcorePackage.eINSTANCE);
    registry.put(BoardPackage.eNS_URI, BoardPackage.eINSTANCE);
    set.setPackageRegistry(registry);
    SealedUris.seal(set);
    Resource resource = new EcoreResourceFactoryImpl().createResource(URI.createURI(name));
    set.getResources().add(resource);
    resource.load(in, Map.of());
    if (resource.getContents().size() != 1
        || !(resource.getContents().getFirst() instanceof EPackage ePackage)) {
      throw new IllegalArgumentException(name + " does not hold one package");
    }
    // Before the resource is let go: a supertype that is still a proxy then would stay one, and
    // inherited features with it.
    EcoreUtil.resolveAll(resource);
    requireResolved(ePackage, name);
    HardwareModels.read(ePackage, files);
    resource.getContents().remove(ePackage);
    set.getResources().remove(resource);
    return ePackage;
  }

  private static void requireResolved(EPackage ePackage, String name) {
    Map<EObject, ?> dangling = EcoreUtil.UnresolvedProxyCrossReferencer.find(ePackage);
    if (!dangling.isEmpty()) {
      EObject first = dangling.keySet().iterator().next();
      throw new IllegalArgumentException(
          name + " refers to " + EcoreUtil.getURI(first) + ", which does not exist");
    }
    if (ePackage.getNsURI() == null || ePackage.getNsURI().startsWith(CORE)) {
      throw new IllegalArgumentException(
          name + " has namespace " + ePackage.getNsURI() + "; it needs one of its own");
    }
  }
}
