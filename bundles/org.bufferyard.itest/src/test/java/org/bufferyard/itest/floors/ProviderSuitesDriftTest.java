package org.bufferyard.itest.floors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bufferyard.itest.floors.BuiltBundle.Component;
import org.junit.jupiter.api.Test;

/** Every provider, in both flavours, runs every contract suite of its kind. */
final class ProviderSuitesDriftTest {
  private static final String KIND = "org.bufferyard.api.allocator.AllocatorKind";
  private static final String ALLOCATOR = "org.bufferyard.allocator";

  private final Map<String, BuiltBundle> bundles = new HashMap<>();
  private final Map<String, List<TestClass>> tests = new HashMap<>();

  ProviderSuitesDriftTest() {
    BuiltHouse.READ.bundles().forEach(bundle -> bundles.put(bundle.name(), bundle));
    tests.putAll(BuiltHouse.READ.tests());
  }

  @Test
  void everyProviderRunsEverySuiteOfItsKind() {
    assertEquals(List.of(), broken());
  }

  @Test
  void everySuiteIsNamedInTheDocument() throws IOException {
    String document = Files.readString(BuiltHouse.BUNDLES.resolve("../docs/contracts.md"));
    for (TestClass test : tests.get("org.bufferyard.api")) {
      String name = test.name().substring(test.name().lastIndexOf('.') + 1);
      if (test.proves().isPresent()) {
        assertTrue(document.contains("`" + name + "`"), name);
      }
    }
  }

  @Test
  void aProviderWhoseSuiteIsNotRunIsFound() {
    change(ALLOCATOR, test -> test.name().contains("FastFrames") ? renamed(test) : test);
    assertEquals(
        List.of(
            "org.bufferyard.allocator.fast.FastFramesKind in fast is proved by no AllocatorContract"),
        broken());
  }

  @Test
  void aSuiteThatIsSwitchedOffIsFound() {
    Set<String> off = Set.of("org.junit.jupiter.api.Disabled");
    change(
        "org.bufferyard.iommu.basic",
        t -> new TestClass(t.name(), t.parent(), t.isAbstract(), off, t.proves(), t.makes()));
    String provider = "org.bufferyard.iommu.basic.BypassKind in ";
    assertEquals(
        List.of(
            provider + "fast is proved by no PassThroughIommuContract",
            provider + "fidelity is proved by no PassThroughIommuContract"),
        broken());
  }

  @Test
  void aNewProviderWithoutASuiteIsFound() {
    Map<String, List<String>> properties =
        Map.of("models", List.of("new"), "flavour", List.of("fast"));
    plant(new Component("new", Set.of(KIND), List.of(), "x.New", properties));
    assertEquals(
        List.of(
            "new in fast is proved by no AllocatorContract",
            "new in fast is proved by no AllocatorWalk",
            KIND + " 'new' is served by nobody in fidelity"),
        broken());
  }

  @Test
  void aKindWithoutASuiteIsFound() {
    change(
        "org.bufferyard.api",
        t ->
            new TestClass(
                t.name(),
                t.parent(),
                t.isAbstract(),
                t.annotations(),
                t.proves().filter(kind -> !kind.equals(KIND)),
                t.makes()));
    assertEquals(List.of(KIND + " has no contract suite"), broken());
  }

  private List<String> broken() {
    return SuiteRules.broken(bundles.values(), tests);
  }

  private void change(String bundle, UnaryOperator<TestClass> how) {
    tests.computeIfPresent(bundle, (name, all) -> all.stream().map(how).toList());
  }

  /** A name that Surefire passes over. */
  private static TestClass renamed(TestClass test) {
    return new TestClass(
        test.name().replace("FastFramesTest", "FastFramesBench"),
        test.parent(),
        test.isAbstract(),
        test.annotations(),
        Optional.empty(),
        test.makes());
  }

  private void plant(Component component) {
    bundles.computeIfPresent(
        ALLOCATOR,
        (name, b) ->
            new BuiltBundle(
                name,
                b.imports(),
                b.exports(),
                Stream.concat(b.components().stream(), Stream.of(component)).toList(),
                b.classes()));
  }
}
