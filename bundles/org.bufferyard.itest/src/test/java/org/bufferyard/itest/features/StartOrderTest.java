package org.bufferyard.itest.features;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/** Nothing leans on the order in which bundles start. */
final class StartOrderTest {
  private static final String RUNTIME = "org.bufferyard.platform.feature.FeatureRuntime";
  private static final long STOP_MILLIS = 10_000;

  @TempDir Path folder;

  static Stream<Long> seeds() {
    return Stream.of(1L, 2L, System.nanoTime());
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everyComponentIsSatisfiedInAnyOrder(long seed) throws Exception {
    System.out.println("start order: seed " + seed);
    Framework framework =
        ServiceLoader.load(FrameworkFactory.class)
            .iterator()
            .next()
            .newFramework(Map.of(Constants.FRAMEWORK_STORAGE, folder.toString()));
    framework.start();
    try {
      BundleContext context = framework.getBundleContext();
      List<Bundle> bundles = new ArrayList<>();
      for (Path jar : jars()) {
        bundles.add(context.installBundle("reference:" + jar.toUri()));
      }
      Collections.shuffle(bundles, new Random(seed));
      for (Bundle bundle : bundles) {
        bundle.start();
      }
      assertEquals(List.of(), problems(context), () -> "seed " + seed + ", order " + bundles);
    } finally {
      framework.stop();
      framework.waitForStop(STOP_MILLIS);
    }
  }

  private static List<Path> jars() {
    return FeatureFile.all().stream()
        .filter(feature -> !feature.name().equals("live"))
        .flatMap(feature -> feature.jars().stream())
        .distinct()
        .toList();
  }

  /** By name: the service's class belongs to the framework, this test's copy does not. */
  private static Object problems(BundleContext context)
      throws ReflectiveOperationException, InvalidSyntaxException {
    ServiceReference<?>[] references = context.getAllServiceReferences(RUNTIME, null);
    assertNotNull(references, "the feature runtime itself is not there");
    Object runtime = context.getService(references[0]);
    return runtime.getClass().getClassLoader().loadClass(RUNTIME).getMethod("problems").invoke(runtime);
  }
}
