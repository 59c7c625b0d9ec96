package org.bufferyard.itest.feature;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;

/** Makes tiny bundles and feature files, and watches what the framework does with them. */
final class Workbench implements AutoCloseable {
  private static final long SECONDS = 20;

  final Path folder;
  private final BundleContext context;
  private final BlockingQueue<BundleEvent> events = new LinkedBlockingQueue<>();
  private final SynchronousBundleListener listener = events::add;

  Workbench(BundleContext context, Path folder) {
    this.context = context;
    this.folder = folder;
    context.addBundleListener(listener);
  }

  @Override
  public void close() {
    context.removeBundleListener(listener);
  }

  /** An empty bundle in the Maven layout of this bench's folder; returns its coordinates. */
  String bundle(String name, String version) throws IOException {
    jar(inRepository(name, version), name, version, "");
    return "test:" + name + ":" + version;
  }

  /** A bundle whose component lacks a service that nobody offers. */
  String unsatisfiedBundle(String name, String version) throws IOException {
    jar(
        inRepository(name, version),
        name,
        version,
        "<reference name='never' interface='org.example.Never'/>");
    return "test:" + name + ":" + version;
  }

  /** The same coordinates, another jar: its component has a property that says so. */
  void rebuild(String name, String version, int build) throws IOException {
    jar(inRepository(name, version), name, version, "<property name='build' value='" + build + "'/>");
  }

  private Path inRepository(String name, String version) {
    return folder.resolve("test/" + name + "/" + version + "/" + name + "-" + version + ".jar");
  }

  static void jar(Path file, String name, String version, String reference) throws IOException {
    Files.createDirectories(file.getParent());
    Manifest manifest = new Manifest();
    Attributes headers = manifest.getMainAttributes();
    headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    headers.putValue("Bundle-ManifestVersion", "2");
    headers.putValue("Bundle-SymbolicName", name);
    headers.putValue("Bundle-Version", version);
    headers.putValue("Service-Component", "OSGI-INF/one.xml");
    try (OutputStream out = Files.newOutputStream(file);
        JarOutputStream jar = new JarOutputStream(out, manifest)) {
      jar.putNextEntry(new JarEntry("OSGI-INF/one.xml"));
      jar.write(
          ("<scr:component xmlns:scr='http://www.osgi.org/xmlns/scr/v1.5.0' name='"
                  + name
                  + "'><implementation class='java.lang.Object'/>"
                  + "<service><provide interface='java.lang.Object'/></service>"
                  + reference
                  + "</scr:component>")
              .getBytes(StandardCharsets.UTF_8));
    }
  }

  Path feature(String name, String version, String... coordinates) throws IOException {
    return configuredFeature(name, version, "{}", coordinates);
  }

  Path configuredFeature(
      String name, String version, String configurations, String... coordinates)
      throws IOException {
    String bundles =
        String.join(
            ",", Arrays.stream(coordinates).map(id -> "{\"id\":\"" + id + "\"}").toList());
    return Files.writeString(
        folder.resolve(name + "-" + version + ".json"),
        """
        {"feature-resource-version":"1.0","id":"test:%s:%s","bundles":[%s],"configurations":%s}
        """
            .formatted(name, version, bundles, configurations));
  }

  Optional<Bundle> find(String name) {
    return Arrays.stream(context.getBundles())
        .filter(bundle -> name.equals(bundle.getSymbolicName()))
        .findFirst();
  }

  int state(String name) {
    return find(name).map(Bundle::getState).orElse(Bundle.UNINSTALLED);
  }

  /** Waits for an event of a bundle; fails the test when it does not come. */
  Bundle await(String name, int type) throws InterruptedException {
    return await(
            event -> event.getType() == type && name.equals(event.getBundle().getSymbolicName()))
        .getBundle();
  }

  private BundleEvent await(Predicate<BundleEvent> wanted) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (true) {
      BundleEvent event = events.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (event == null) {
        throw new AssertionError("no such event within " + SECONDS + " s");
      }
      if (wanted.test(event)) {
        return event;
      }
    }
  }

  /** The events since the last call or wait. */
  List<BundleEvent> drain() {
    List<BundleEvent> drained = new ArrayList<>();
    events.drainTo(drained);
    return drained;
  }
}
