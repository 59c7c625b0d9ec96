package org.bufferyard.launcher;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * The running framework: the few bundles that can install features, and what they installed.
 *
 * <p>Its storage is a fresh temporary folder that goes when it closes, so nothing one command leaves
 * behind can change what the next one sees.
 */
final class Yardhouse implements AutoCloseable {
  private static final String COMMANDS = "org.bufferyard.platform.command.BatchCommands";
  private static final String FEATURES = "org.bufferyard.platform.feature.FeatureRuntime";
  private static final long STOP_MILLIS = 5_000;

  private final Framework framework;
  private final Path home;
  private final Path storage;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Yardhouse(Framework framework, Path home, Path storage) {
    this.framework = framework;
    this.home = home;
    this.storage = storage;
  }

  static Yardhouse open(Path home) {
    try {
      Path storage = Files.createTempDirectory("bufferyard");
      Path repository = home.resolve("launch/target/repository");
      FrameworkFactory factory = ServiceLoader.load(FrameworkFactory.class).iterator().next();
      Framework framework =
          factory.newFramework(
              Map.of(
                  Constants.FRAMEWORK_STORAGE, storage.toString(),
                  // The storage is ours alone.
                  "felix.cache.locking", "false",
                  "felix.log.level", "1",
                  // Otherwise a web server opens port 8080 to everybody as soon as it is installed.
                  "org.apache.felix.http.require.config", "true",
                  "bufferyard.home", home.toString(),
                  "bufferyard.repository", repository.toString(),
                  "bufferyard.features", home.resolve("features").toString(),
                  "gosh.home", home.resolve("launch/console").toString()));
      Yardhouse house = new Yardhouse(framework, home, storage);
      house.boot(repository, Files.readAllLines(home.resolve("launch/target/boot.list")));
      return house;
    } catch (IOException e) {
      throw new BootException("cannot read what the build made: " + e.getMessage(), e);
    }
  }

  private void boot(Path repository, List<String> coordinates) {
    try {
      framework.init();
      BundleContext context = framework.getBundleContext();
      List<Bundle> bundles = new ArrayList<>();
      for (String line : coordinates) {
        if (!line.isBlank() && !line.startsWith("#")) {
          bundles.add(context.installBundle("reference:" + jar(repository, line.strip()).toUri()));
        }
      }
      framework.start();
      framework.adapt(FrameworkWiring.class).resolveBundles(bundles);
      for (Bundle bundle : bundles) {
        bundle.start(Bundle.START_TRANSIENT);
      }
    } catch (BundleException e) {
      close();
      throw new BootException("the framework does not start: " + e.getMessage(), e);
    }
  }

  /** Group, artifact and version, as Maven lays them out. */
  private static Path jar(Path repository, String coordinates) {
    String[] part = coordinates.split(":");
    return repository
        .resolve(part[0].replace('.', '/'))
        .resolve(part[1])
        .resolve(part[2])
        .resolve(part[1] + "-" + part[2] + ".jar");
  }

  void install(String feature) {
    Path json = home.resolve("features").resolve(feature + ".json");
    call(FEATURES, "install", new Class<?>[] {Path.class}, json);
  }

  int run(List<String> arguments, PrintStream out, PrintStream err, Path directory) {
    Class<?>[] types = {List.class, PrintStream.class, PrintStream.class, Path.class};
    return (Integer) call(COMMANDS, "run", types, arguments, out, err, directory);
  }

  /** Calls a service by name: its class belongs to a bundle and is not ours to link against. */
  private Object call(String service, String method, Class<?>[] types, Object... values) {
    BundleContext context = framework.getBundleContext();
    ServiceReference<?> reference = context.getServiceReference(service);
    if (reference == null) {
      throw new BootException("nobody offers " + service + ": " + problems());
    }
    try {
      Object target = context.getService(reference);
      Class<?> contract = target.getClass().getClassLoader().loadClass(service);
      return contract.getMethod(method, types).invoke(target, values);
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause();
      // Our own exceptions speak for themselves; of others the kind matters too.
      boolean ours = cause.getClass().getName().startsWith("org.bufferyard.");
      throw new BootException(ours ? cause.getMessage() : service + " failed: " + cause, e);
    } catch (ReflectiveOperationException e) {
      throw new BootException(service + " is not what the launcher expects", e);
    }
  }

  /** One line for each bundle or component that did not come up. */
  List<?> problems() {
    return framework.getBundleContext().getServiceReference(FEATURES) == null
        ? List.of("the bundles of launch/target/boot.list did not come up")
        : (List<?>) call(FEATURES, "problems", new Class<?>[0]);
  }

  /** Stops the bundles, then removes the storage. The second of two callers returns at once. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      framework.stop();
      framework.waitForStop(STOP_MILLIS);
    } catch (BundleException e) {
      throw new BootException("the framework does not stop: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try (Stream<Path> files = Files.walk(storage)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
