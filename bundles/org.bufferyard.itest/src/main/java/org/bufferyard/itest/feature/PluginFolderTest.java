package org.bufferyard.itest.feature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.bufferyard.platform.feature.FeatureException;
import org.bufferyard.platform.feature.FeatureRuntime;
import org.bufferyard.platform.feature.PluginRuntime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.common.annotation.InjectService;

/** The watched folder. One test, since one process watches one folder. */
public final class PluginFolderTest {
  @InjectBundleContext BundleContext context;
  @InjectService FeatureRuntime features;
  @InjectService PluginRuntime plugins;

  // The watcher still looks at the folder when the test ends.
  @TempDir(cleanup = CleanupMode.NEVER) Path folder;

  @Test
  void jarsComeAndGoAndTouchNobodyElse() throws Exception {
    Path home = Path.of(context.getProperty("bufferyard.itest.home"));
    System.setProperty("bufferyard.repository", home.resolve("launch/target/repository").toString());
    System.setProperty("bufferyard.features", home.resolve("features").toString());
    Path watched = folder.resolve("plugins");
    plugins.watch(watched);
    everyCommandOfTheInteractiveShellIsThere();
    try (Workbench bench = new Workbench(context, folder)) {
      drop(watched, "a.jar", "bench.a");
      Bundle plugin = bench.await("bench.a", BundleEvent.STARTED);
      assertEquals(List.of("bench.a 1.0.0 the plug-in folder"), plugins.list());

      System.setProperty("bufferyard.repository", folder.toString());
      features.install(bench.feature("one", "1.0.0", bench.bundle("bench.b", "1.0.0")));
      Bundle owned = bench.find("bench.b").orElseThrow();
      bench.drain();

      // The feature's bundle by another way: not taken, not touched. What comes after it is proof
      // that the watcher has seen it.
      drop(watched, "b.jar", "bench.b");
      Files.writeString(watched.resolve("broken.jar"), "no jar");
      drop(watched, "c.jar", "bench.c");
      bench.await("bench.c", BundleEvent.STARTED);
      assertEquals(
          List.of(
              "bench.a 1.0.0 the plug-in folder",
              "bench.c 1.0.0 the plug-in folder",
              "b.jar was not taken: bench.b 1.0.0 belongs to feature one",
              "broken.jar was not taken: no jar file"),
          plugins.list());
      Files.delete(watched.resolve("broken.jar"));
      Files.delete(watched.resolve("b.jar"));
      Files.delete(watched.resolve("c.jar"));
      bench.await("bench.c", BundleEvent.UNINSTALLED);
      assertEquals(Bundle.ACTIVE, owned.getState());
      assertEquals(List.of("bench.a 1.0.0 the plug-in folder"), plugins.list());

      // And the folder's bundle by a feature.
      Path json = bench.feature("two", "1.0.0", bench.bundle("bench.a", "1.0.0"));
      FeatureException refused =
          assertThrows(FeatureException.class, () -> features.install(json));
      assertEquals(
          "feature two: bench.a 1.0.0 belongs to the plug-in folder; remove it there first",
          refused.getMessage());

      bench.drain();
      Files.delete(watched.resolve("a.jar"));
      bench.await("bench.a", BundleEvent.UNINSTALLED);
      assertEquals(Bundle.UNINSTALLED, plugin.getState());
      List<String> others =
          bench.drain().stream().map(event -> event.getBundle().getSymbolicName()).toList();
      assertTrue(others.isEmpty(), others::toString);
      features.remove("one");
      features.remove("live");
    }
  }

  /** The shell's bundle was resolved before Gogo came; its commands need Gogo's classes all the same. */
  private void everyCommandOfTheInteractiveShellIsThere() throws InvalidSyntaxException {
    for (String scope : List.of("yard", "feature", "plugin")) {
      ServiceReference<?>[] commands =
          context.getAllServiceReferences(null, "(osgi.command.scope=" + scope + ")");
      assertNotNull(commands, scope);
      for (ServiceReference<?> command : commands) {
        assertNotNull(context.getService(command), scope);
      }
    }
  }

  /** Written beside and moved in, so that no half-written jar is read. */
  private static void drop(Path watched, String file, String name) throws IOException {
    Path hidden = watched.resolve("." + file);
    Workbench.jar(hidden, name, "1.0.0", "");
    Files.move(hidden, watched.resolve(file), StandardCopyOption.ATOMIC_MOVE);
  }
}
