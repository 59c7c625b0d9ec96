package org.bufferyard.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;

/** Bundles that are gone again before the extender has read their model. */
final class StoppedBundleTest {
  private static final String MODEL = "/npu/npu.ecore";

  private final ModelPackages packages = new ModelPackages();
  private final ModelExtender extender =
      new ModelExtender(stub(BundleContext.class, Map.of("getBundles", new Bundle[0])), packages);

  @Test
  void aBundleThatStoppedMeanwhileIsNoFault() {
    BundleCapability model =
        stub(
            BundleCapability.class,
            Map.of(
                "getAttributes",
                Map.of(ModelExtender.NAMESPACE, "http://example.org/device/npu/1.0", "path", MODEL)));
    BundleRevision revision =
        stub(BundleRevision.class, Map.of("getDeclaredCapabilities", List.of(model)));
    Bundle stopped =
        stub(
            Bundle.class,
            Map.of("adapt", revision, "getEntry", StoppedBundleTest.class.getResource(MODEL)));
    assertEquals(List.of(), extender.addingBundle(stopped, null));
    extender.close();
  }

  @Test
  void aBundleThatWasUninstalledIsNotTracked() {
    assertEquals(null, extender.addingBundle(stub(Bundle.class, Map.of()), null));
    extender.close();
  }

  /** Answers as told, and null to everything else. */
  private static <T> T stub(Class<T> type, Map<String, Object> answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                method.getName().equals("hashCode")
                    ? (Object) System.identityHashCode(proxy)
                    : answers.get(method.getName())));
  }
}
