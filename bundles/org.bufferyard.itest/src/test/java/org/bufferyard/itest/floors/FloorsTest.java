package org.bufferyard.itest.floors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads every built manifest, component description and class; arrows go down only. */
final class FloorsTest {
  @TempDir Path planted;

  @Test
  void everyBuiltBundleKeepsToItsFloor() {
    assertEquals(List.of(), FloorRules.broken(built()));
  }

  @Test
  void everyBundleFolderWasBuiltAndIsNamedLikeItsBundle() throws IOException {
    Set<String> names = built().stream().map(BuiltBundle::name).collect(Collectors.toSet());
    try (Stream<Path> folders = Files.list(BuiltHouse.BUNDLES)) {
      Set<String> expected =
          folders
              .filter(folder -> Files.exists(folder.resolve("pom.xml")))
              .map(folder -> folder.getFileName().toString())
              .collect(Collectors.toSet());
      assertEquals(expected, names);
    }
  }

  @Test
  void anUpwardImportIsFound() throws IOException {
    plant(
        "org.bufferyard.yard", "Import-Package: org.bufferyard.scenario;version=\"[0.1,1)\"\n", "");
    assertBroken("org.bufferyard.yard imports org.bufferyard.scenario: climbs");
  }

  @Test
  void anImportBetweenBundlesOfOneFloorIsFound() throws IOException {
    plant("org.bufferyard.dma", "Import-Package: org.bufferyard.allocator\n", "");
    assertBroken("org.bufferyard.dma imports org.bufferyard.allocator: goes sideways");
  }

  @Test
  void anUpwardReferenceIsFound() throws IOException {
    plant(
        "org.bufferyard.yard",
        "",
        "<reference name='r' interface='org.bufferyard.scenario.Verdicts'/>");
    assertBroken("component planted refers to org.bufferyard.scenario.Verdicts: climbs");
  }

  @Test
  void anUpwardReferenceThroughAContractIsFound() throws IOException {
    plant(
        "org.bufferyard.yard",
        "",
        "<reference name='r' interface='org.bufferyard.platform.command.BatchCommands'/>");
    assertBroken(
        "component planted refers to org.bufferyard.platform.command.BatchCommands: "
            + "climbs to its provider org.bufferyard.shell");
  }

  @Test
  void aListenerOfAHigherFloorMayBeCalledBack() throws IOException {
    String observer = "interface='org.bufferyard.platform.registry.KindsObserver'";
    plant(
        "org.bufferyard.registry",
        "",
        "<reference name='r' " + observer + " policy='dynamic' cardinality='0..n'/>");
    assertEquals(List.of(), brokenWithPlanted());
  }

  @Test
  void aListenerThatIsNeededIsFound() throws IOException {
    String observer = "interface='org.bufferyard.platform.registry.KindsObserver'";
    plant("org.bufferyard.registry", "", "<reference name='r' " + observer + "/>");
    assertBroken("climbs to its provider org.bufferyard.live");
  }

  @Test
  void aDynamicReferenceToAPluginOutsideTheRegistryIsFound() throws IOException {
    plant(
        "org.bufferyard.yard",
        "",
        "<reference name='r' interface='org.bufferyard.api.iommu.IommuKind' policy='dynamic'/>");
    assertBroken("only the registry refers to plug-ins dynamically");
  }

  @Test
  void anExportOfAProviderIsFound() throws IOException {
    plant("org.bufferyard.dma", "Export-Package: org.bufferyard.dma;version=\"1.0.0\"\n", "");
    assertBroken("org.bufferyard.dma exports org.bufferyard.dma: it may not");
  }

  @Test
  void anExportWithoutAVersionIsFound() throws IOException {
    plant("org.bufferyard.platform", "Export-Package: org.bufferyard.platform.board\n", "");
    assertBroken("org.bufferyard.platform exports org.bufferyard.platform.board without a version");
  }

  @Test
  void emfOutsideTheTopologyIsFound() throws IOException {
    plant("org.bufferyard.yard", "Import-Package: org.eclipse.emf.ecore\n", "");
    assertBroken("org.bufferyard.yard imports org.eclipse.emf.ecore: only the topology knows EMF");
  }

  @Test
  void aBundleContextWhereItHasNoBusinessIsFound() throws IOException {
    plant("org.bufferyard.scenario", "", "");
    // This test's own stand-in for a class that leans on the framework.
    Path file = planted.resolve("org/bufferyard/scenario/Leaning.class");
    Files.createDirectories(file.getParent());
    try (var bytes = FloorsTest.class.getResourceAsStream("FloorsTest$Leaning.class")) {
      Files.copy(bytes, file);
    }
    assertBroken("Leaning.class uses org/osgi/framework/BundleContext");
  }

  @Test
  void aNameThatSaysLittleIsFound() throws IOException {
    plant("org.bufferyard.scenario", "", "");
    Path file = planted.resolve("org/bufferyard/scenario/BufferUtils.class");
    Files.createDirectories(file.getParent());
    try (var bytes = FloorsTest.class.getResourceAsStream("FloorsTest$Leaning.class")) {
      Files.copy(bytes, file);
    }
    assertBroken("BufferUtils.class has a name that says little");
  }

  @Test
  void aBundleWithoutAFloorIsFound() throws IOException {
    plant("org.bufferyard.attic", "", "");
    assertBroken("org.bufferyard.attic stands on no floor");
  }

  /** Only its constant pool matters. */
  private static final class Leaning {
    @SuppressWarnings("unused")
    private org.osgi.framework.BundleContext context;
  }

  private static List<BuiltBundle> built() {
    return BuiltHouse.READ.bundles();
  }

  /** Writes a built bundle that stands in for the real one of the same name. */
  private void plant(String name, String headers, String reference) throws IOException {
    Files.createDirectories(planted.resolve("META-INF"));
    Files.createDirectories(planted.resolve("OSGI-INF"));
    Files.writeString(
        planted.resolve("META-INF/MANIFEST.MF"),
        "Manifest-Version: 1.0\nBundle-SymbolicName: "
            + name
            + "\n"
            + headers
            + "Service-Component: OSGI-INF/planted.xml\n\n");
    Files.writeString(
        planted.resolve("OSGI-INF/planted.xml"),
        "<scr:component xmlns:scr='http://www.osgi.org/xmlns/scr/v1.5.0' name='planted'>"
            + "<implementation class='x'/>"
            + reference
            + "</scr:component>");
  }

  private List<String> brokenWithPlanted() {
    BuiltBundle plant = BuiltBundle.read(planted);
    List<BuiltBundle> bundles = new ArrayList<>(built());
    bundles.removeIf(bundle -> bundle.name().equals(plant.name()));
    bundles.add(plant);
    return FloorRules.broken(bundles);
  }

  private void assertBroken(String expected) {
    List<String> broken = brokenWithPlanted();
    assertTrue(
        broken.stream().anyMatch(line -> line.contains(expected)),
        () -> "expected a line with \"" + expected + "\" among " + broken);
  }
}
