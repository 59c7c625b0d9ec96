package org.bufferyard.live.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.BouncePoolKind;
import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.iommu.IommuKind;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;
import org.osgi.service.component.ComponentConstants;

/** Finds the bundles that bring plug-ins, and copies them. */
final class Providers {
  /** The six kinds, by class name as services are registered. */
  static final List<String> KINDS =
      List.of(
          AllocatorKind.class.getName(),
          IovaAllocatorKind.class.getName(),
          BouncePoolKind.class.getName(),
          IommuKind.class.getName(),
          DmaBufOpsKind.class.getName(),
          DeviceKind.class.getName());

  private static final String GROUP = "org.bufferyard.soak";
  private static final int COPIES = 3;

  private final BundleContext context;
  private final Path folder;

  /**
   * @param folder for the copies, and feature files with their repository beside them
   */
  Providers(BundleContext context, Path folder) {
    this.context = context;
    this.folder = folder;
  }

  /** All bundles with components that are plug-ins and that are read from a jar. */
  List<Provider> find() {
    List<Provider> found = new ArrayList<>();
    for (Bundle bundle : context.getBundles()) {
      List<String> components = components(bundle);
      Optional<Path> jar = JarCopies.of(bundle);
      if (!components.isEmpty() && jar.isPresent()) {
        found.add(new Provider(bundle, components, copies(bundle, jar.get())));
      }
    }
    return found;
  }

  private static List<String> components(Bundle bundle) {
    ServiceReference<?>[] services = bundle.getRegisteredServices();
    Set<String> names = new TreeSet<>();
    for (ServiceReference<?> service : services == null ? new ServiceReference<?>[0] : services) {
      boolean plugIn =
          service.getProperty(Constants.OBJECTCLASS) instanceof String[] types
              && Arrays.stream(types).anyMatch(KINDS::contains);
      if (plugIn && service.getProperty(ComponentConstants.COMPONENT_NAME) instanceof String name) {
        names.add(name);
      }
    }
    return List.copyOf(names);
  }

  private List<Provider.Copy> copies(Bundle bundle, Path jar) {
    Version old = bundle.getVersion();
    List<Provider.Copy> copies = new ArrayList<>();
    for (int i = 1; i <= COPIES; i++) {
      String name = bundle.getSymbolicName();
      String version = old.getMajor() + "." + old.getMinor() + "." + (old.getMicro() + i) + ".soak";
      Path copy =
          JarCopies.write(
              jar,
              version,
              folder
                  .resolve("repository")
                  .resolve(GROUP.replace('.', '/'))
                  .resolve(name)
                  .resolve(version)
                  .resolve(name + "-" + version + ".jar"));
      copies.add(new Provider.Copy(version, copy, feature(name, version)));
    }
    return copies;
  }

  private Path feature(String name, String version) {
    Path file = folder.resolve(name + "-" + version + ".json");
    String text =
        "{\"feature-resource-version\":\"1.0\",\"id\":\"%s:soak-%s:%s\",\"bundles\":[{\"id\":\"%s:%s:%s\"}]}"
            .formatted(GROUP, name, version, GROUP, name, version);
    try {
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How many services of the six kinds there are. */
  static int services(BundleContext context) {
    int count = 0;
    for (String kind : KINDS) {
      try {
        ServiceReference<?>[] found = context.getAllServiceReferences(kind, null);
        count += found == null ? 0 : found.length;
      } catch (InvalidSyntaxException impossible) {
        throw new IllegalStateException(impossible);
      }
    }
    return count;
  }
}
