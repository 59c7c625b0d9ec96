package org.bufferyard.shell.sarif;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import de.jcup.sarif_2_1_0.SarifSchema210ImportExportSupport;
import de.jcup.sarif_2_1_0.model.Location;
import de.jcup.sarif_2_1_0.model.Notification;
import de.jcup.sarif_2_1_0.model.Result;
import de.jcup.sarif_2_1_0.model.Run;
import de.jcup.sarif_2_1_0.model.SarifSchema210;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.check.Finding.Clue;
import org.bufferyard.platform.check.Finding.Severity;
import org.bufferyard.platform.check.RuleHelp;
import org.bufferyard.platform.spec.DeviceNames;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log as the library reads it back, and what the schema asks of every log. */
class SarifLogTest {
  private static final Rule LIMIT = Rule.of("B3", "dma_assign_coherent_memory");
  private static final Rule DETACH = Rule.of("F3", "dma_buf_detach");

  private static final List<RuleHelp> RULES =
      List.of(
          new RuleHelp(Finding.Family.BOARD, RuleHelp.idOf(LIMIT), "a pool too far", "Move it."),
          new RuleHelp(Finding.Family.STREAM, RuleHelp.idOf(DETACH), "left mapped", "Unmap it."));

  @TempDir private Path directory;
  private final SarifLog log = new SarifLog(RULES);
  private DeviceNames names;
  private BoardFile board;

  @BeforeEach
  void writeBoard() throws IOException {
    Path file = directory.resolve("board.topology");
    Files.writeString(
        file,
        "<topology:Topology id=\"b\">\n"
            + "  <components xsi:type=\"topology:Bus\" id=\"soc\" name=\"soc\">\n"
            + "    <components id=\"soc/cam\" name=\"cam\"/>\n");
    board = new BoardFile("my boards/board.topology", file);
    names =
        new DeviceNames(
            new PlatformSpec(
                "b",
                new MachineSpec(
                    MachineSpec.Architecture.ARM64,
                    0,
                    true,
                    true,
                    Optional.empty(),
                    MachineSpec.Bounce.NONE,
                    MachineSpec.IommuMode.STRICT),
                List.of(),
                List.of(),
                List.of(),
                List.of()));
  }

  private static Finding finding(Severity severity, Rule rule, String element, Clue... clues) {
    return new Finding(
        Finding.Family.STREAM, severity, rule, element, "it is \"wrong\" <so>", false, List.of(clues));
  }

  private Run readBack() throws IOException {
    SarifSchema210 read = new SarifSchema210ImportExportSupport().fromJSON(log.text());
    assertEquals(SarifSchema210.Version._2_1_0, read.getVersion());
    assertEquals(1, read.getRuns().size());
    return read.getRuns().getFirst();
  }

  @Test
  void aFindingHasRuleLevelAndBothLocations() throws IOException {
    log.add(finding(Severity.WARNING, LIMIT, "soc/cam"), 1, board, names);
    Run run = readBack();
    assertEquals("Bufferyard", run.getTool().getDriver().getName());
    Result result = run.getResults().getFirst();
    assertEquals("B3/dma_assign_coherent_memory", result.getRuleId());
    assertEquals(Result.Level.WARNING, result.getLevel());
    assertEquals("it is \"wrong\" <so>", result.getMessage().getText());
    Location location = result.getLocations().getFirst();
    assertEquals(
        "my%20boards/board.topology",
        location.getPhysicalLocation().getArtifactLocation().getUri());
    assertEquals(3, location.getPhysicalLocation().getRegion().getStartLine());
    assertEquals(
        "soc/cam", location.getLogicalLocations().iterator().next().getFullyQualifiedName());
    assertTrue(run.getInvocations().getFirst().getExecutionSuccessful());
  }

  @Test
  void rulesComeWithTheirTexts() throws IOException {
    var rules = List.copyOf(readBack().getTool().getDriver().getRules());
    assertEquals(
        Set.of("B3/dma_assign_coherent_memory", "F3/dma_buf_detach"),
        Set.of(rules.get(0).getId(), rules.get(1).getId()));
    rules.forEach(rule -> assertFalse(rule.getHelp().getText().isBlank()));
  }

  @Test
  void theEventsThatClashAreRelatedAndRepetitionsCounted() throws IOException {
    Clue mapped = new Clue(4, new DmaEvent.BufferMapped("buf:1", "soc/cam", 1, 1));
    Clue detached = new Clue(9, new DmaEvent.Detached("buf:1", "soc/cam"));
    log.add(finding(Severity.ERROR, DETACH, "soc/cam", mapped, detached), 12, board, names);
    Result result = readBack().getResults().getFirst();
    assertEquals(Result.Level.ERROR, result.getLevel());
    assertEquals(12, result.getOccurrenceCount());
    assertEquals(
        Set.of("BufferMapped, event 4", "Detached, event 9"),
        result.getRelatedLocations().stream()
            .map(l -> l.getMessage().getText())
            .collect(java.util.stream.Collectors.toSet()));
  }

  @Test
  void aBoardThatDoesNotOpenIsANotification() throws IOException {
    log.addBroken("is no board", new BoardFile("odd.dtb", directory.resolve("odd.dtb")));
    Run run = readBack();
    assertFalse(run.getInvocations().getFirst().getExecutionSuccessful());
    Notification told =
        run.getInvocations().getFirst().getToolExecutionNotifications().getFirst();
    assertEquals(Notification.Level.ERROR, told.getLevel());
    assertTrue(told.getMessage().getText().contains("is no board"));
    assertEquals(List.of(), run.getResults(), "an empty list says that nothing was found");
  }

  /** Required members, index ranges and formats of sarif-schema-2.1.0. */
  @Test
  void theLogKeepsWhatTheSchemaAsks() {
    log.add(finding(Severity.NOTE, LIMIT, "soc/nowhere"), 1, board, names);
    log.add(finding(Severity.ERROR, Rule.of("X1", "new_rule"), "soc/cam"), 3, board, names);
    log.addBroken("is no board", board);
    JsonObject json = JsonParser.parseString(log.text()).getAsJsonObject();
    assertEquals("2.1.0", json.get("version").getAsString());
    assertTrue(json.get("$schema").getAsString().endsWith("sarif-schema-2.1.0.json"));
    JsonObject run = json.getAsJsonArray("runs").get(0).getAsJsonObject();
    JsonObject driver = run.getAsJsonObject("tool").getAsJsonObject("driver");
    JsonArray rules = driver.getAsJsonArray("rules");
    for (JsonElement element : run.getAsJsonArray("results")) {
      JsonObject result = element.getAsJsonObject();
      assertTrue(result.getAsJsonObject("message").has("text"));
      assertTrue(
          Set.of("none", "note", "warning", "error").contains(result.get("level").getAsString()));
      if (result.has("ruleIndex")) {
        JsonObject rule = rules.get(result.get("ruleIndex").getAsInt()).getAsJsonObject();
        assertEquals(rule.get("id"), result.get("ruleId"));
      }
      JsonObject physical =
          result
              .getAsJsonArray("locations")
              .get(0)
              .getAsJsonObject()
              .getAsJsonObject("physicalLocation");
      URI.create(physical.getAsJsonObject("artifactLocation").get("uri").getAsString());
      assertTrue(
          !physical.has("region")
              || physical.getAsJsonObject("region").get("startLine").getAsInt() >= 1);
    }
    JsonObject invocation = run.getAsJsonArray("invocations").get(0).getAsJsonObject();
    assertTrue(invocation.has("executionSuccessful"), "required");
    assertFalse(log.text().contains("null"));
  }
}
