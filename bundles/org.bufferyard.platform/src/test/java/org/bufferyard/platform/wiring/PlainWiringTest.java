package org.bufferyard.platform.wiring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.allocator.IovaContext;
import org.bufferyard.api.allocator.IovaSpec;
import org.bufferyard.platform.registry.KindStatus;
import org.bufferyard.platform.registry.Kinds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlainWiringTest {
  @TempDir Path bundle;

  interface Wheel {}

  static final class Spoked implements Wheel {
    static boolean deactivated;

    Spoked() {}

    void stop() {
      deactivated = true;
    }
  }

  interface Car {
    List<Object> parts();
  }

  static final class Wired implements Car {
    private final List<Object> parts = new ArrayList<>();

    Wired(Wheel wheel, List<Wheel> all, Optional<Car> tow, Map<String, Object> properties) {
      parts.addAll(List.of(wheel, all.size(), tow.isPresent(), properties.get("doors")));
    }

    @Override
    public List<Object> parts() {
      return parts;
    }
  }

  static final class TopDown implements IovaAllocatorKind {
    TopDown() {}

    @Override
    public IovaAllocator open(IovaSpec spec, IovaContext context) {
      throw new UnsupportedOperationException("not opened here");
    }
  }

  private URLClassLoader loader(String... components) throws IOException {
    StringBuilder names = new StringBuilder();
    Files.createDirectories(bundle.resolve("OSGI-INF"));
    for (int i = 0; i < components.length; i++) {
      Files.writeString(bundle.resolve("OSGI-INF/c" + i + ".xml"), components[i]);
      names.append(i == 0 ? "" : ",").append("OSGI-INF/c").append(i).append(".xml");
    }
    Files.createDirectories(bundle.resolve("META-INF"));
    Files.writeString(
        bundle.resolve("META-INF/MANIFEST.MF"),
        "Manifest-Version: 1.0\nBundle-SymbolicName: org.bufferyard.planted\nService-Component: "
            + names
            + "\n");
    return new URLClassLoader(
        new URL[] {bundle.toUri().toURL()}, PlainWiringTest.class.getClassLoader());
  }

  private static String component(String name, Class<?> type, Class<?> service, String inside) {
    return """
    <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.4.0" name="%s" init="%d" \
    deactivate="stop">
      <implementation class="%s"/><service><provide interface="%s"/></service>%s
    </scr:component>
    """
        .formatted(
            name,
            type.getDeclaredConstructors()[0].getParameterCount(),
            type.getName(),
            service.getName(),
            inside);
  }

  private static String reference(Class<?> type, String cardinality, int parameter) {
    return "<reference name='r%d' interface='%s' cardinality='%s' parameter='%d'/>"
        .formatted(parameter, type.getName(), cardinality, parameter);
  }

  private static final String CAR =
      component(
          "car",
          Wired.class,
          Car.class,
          reference(Wheel.class, "1..1", 0)
              + reference(Wheel.class, "0..n", 1)
              + "<property name='doors' type='Integer' value='5'/>");

  @Test
  void constructorsGetServicesListsAndProperties() throws IOException {
    String tow = reference(Kinds.class, "0..1", 2);
    String car = CAR.replace("</scr:component>", tow + "</scr:component>");
    try (URLClassLoader loader =
            loader(car, component("spoked", Spoked.class, Wheel.class, ""));
        PlainWiring wiring = PlainWiring.wire(loader)) {
      Wheel wheel = wiring.get(Wheel.class);
      assertEquals(List.of(wheel, 1, true, 5), wiring.get(Car.class).parts());
      assertSame(wheel, wiring.get(Wheel.class));
      Spoked.deactivated = false;
    }
    assertTrue(Spoked.deactivated);
  }

  @Test
  void missingReferenceIsNamed() throws IOException {
    try (URLClassLoader loader = loader(CAR);
        PlainWiring wiring = PlainWiring.wire(loader)) {
      String message =
          assertThrows(IllegalStateException.class, () -> wiring.get(Car.class)).getMessage();
      assertTrue(message.contains(Wheel.class.getName()), message);
    }
  }

  @Test
  void circleIsRefused() throws IOException {
    String tow = reference(Car.class, "0..1", 2);
    String loop = CAR.replace("</scr:component>", tow + "</scr:component>");
    try (URLClassLoader loader =
            loader(loop, component("spoked", Spoked.class, Wheel.class, ""));
        PlainWiring wiring = PlainWiring.wire(loader)) {
      String message =
          assertThrows(IllegalStateException.class, () -> wiring.get(Car.class)).getMessage();
      assertTrue(message.contains("circle"), message);
    }
  }

  @Test
  void kindsAreChosenByModelAndRanking() throws IOException {
    String models = "<property name='models' type='String'>\ntop-down\nrcache\n</property>";
    String better = models + "<property name='service.ranking' type='Integer' value='7'/>";
    try (URLClassLoader loader =
            loader(
                component("plain", TopDown.class, IovaAllocatorKind.class, models),
                component("better", TopDown.class, IovaAllocatorKind.class, better));
        PlainWiring wiring = PlainWiring.wire(loader)) {
      Kinds kinds = wiring.get(Kinds.class);
      assertEquals(List.of("rcache", "top-down"), kinds.models(IovaAllocatorKind.class));
      Object best = kinds.choose(IovaAllocatorKind.class, "rcache", "fidelity").orElseThrow();
      assertEquals(
          List.of("better USED", "plain SHADOWED", "better USED", "plain SHADOWED"),
          kinds.status().stream().map(s -> s.provider() + " " + s.state()).toList());
      kinds.quarantine(best, "it hung");
      assertTrue(
          kinds.choose(IovaAllocatorKind.class, "rcache", "fidelity").orElseThrow() != best);
      assertTrue(
          kinds.status().stream().anyMatch(s -> s.state() == KindStatus.State.QUARANTINED));
    }
  }
}
