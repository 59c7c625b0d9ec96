package org.bufferyard.shell.sarif;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSerializer;
import de.jcup.sarif_2_1_0.model.ArtifactLocation;
import de.jcup.sarif_2_1_0.model.Invocation;
import de.jcup.sarif_2_1_0.model.Location;
import de.jcup.sarif_2_1_0.model.LogicalLocation;
import de.jcup.sarif_2_1_0.model.Message;
import de.jcup.sarif_2_1_0.model.MultiformatMessageString;
import de.jcup.sarif_2_1_0.model.Notification;
import de.jcup.sarif_2_1_0.model.PhysicalLocation;
import de.jcup.sarif_2_1_0.model.Region;
import de.jcup.sarif_2_1_0.model.ReportingDescriptor;
import de.jcup.sarif_2_1_0.model.Result;
import de.jcup.sarif_2_1_0.model.Run;
import de.jcup.sarif_2_1_0.model.SarifSchema210;
import de.jcup.sarif_2_1_0.model.Tool;
import de.jcup.sarif_2_1_0.model.ToolComponent;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.check.RuleHelp;
import org.bufferyard.platform.spec.DeviceNames;

/**
 * Findings as one run of a SARIF 2.1.0 log: the rules with their texts, and a result for each finding
 * with the board's file as its physical and the model element as its logical location. The events that
 * clash are related locations. One call at a time.
 */
public final class SarifLog {
  private static final URI SCHEMA =
      URI.create("https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json");

  /** Arrays that say something when they are empty: nothing was found, and all is known. */
  private static final Set<String> KEPT = Set.of("runs", "results");

  private final List<RuleHelp> rules;
  private final Map<String, Integer> ruleIndex = new LinkedHashMap<>();
  private final List<Result> results = new ArrayList<>();
  private final List<Notification> broken = new ArrayList<>();

  /**
   * @param rules all that can be found
   */
  public SarifLog(List<RuleHelp> rules) {
    this.rules = List.copyOf(rules);
    rules.forEach(rule -> ruleIndex.put(rule.id(), ruleIndex.size()));
  }

  /**
   * Adds a finding.
   *
   * @param times how often it came up
   */
  public void add(Finding finding, long times, BoardFile file, DeviceNames names) {
    String id = RuleHelp.idOf(finding.rule());
    Result result = new Result();
    result.setRuleId(id);
    if (ruleIndex.containsKey(id)) {
      result.setRuleIndex(ruleIndex.get(id));
    }
    result.setLevel(level(finding.severity()));
    result.setMessage(message(finding.text()));
    result.setLocations(List.of(place(finding.element(), file, names)));
    if (times > 1) {
      result.setOccurrenceCount((int) Math.min(times, Integer.MAX_VALUE));
    }
    Set<Location> events = new LinkedHashSet<>();
    for (Finding.Clue clue : finding.clues()) {
      Location event = new Location();
      event.setId(events.size() + 1);
      event.setMessage(
          message(clue.event().getClass().getSimpleName() + ", event " + clue.position()));
      event.setLogicalLocations(Set.of(element(clue.event().element(), names)));
      events.add(event);
    }
    result.setRelatedLocations(events);
    results.add(result);
  }

  /** Adds a board that does not open. */
  public void addBroken(String complaint, BoardFile file) {
    Notification notification = new Notification();
    notification.setLevel(Notification.Level.ERROR);
    notification.setMessage(message("does not open: " + complaint));
    Location location = new Location();
    location.setPhysicalLocation(physical(file));
    notification.setLocations(Set.of(location));
    broken.add(notification);
  }

  private static Result.Level level(Finding.Severity severity) {
    return switch (severity) {
      case ERROR -> Result.Level.ERROR;
      case WARNING -> Result.Level.WARNING;
      case NOTE -> Result.Level.NOTE;
    };
  }

  private static Location place(String element, BoardFile file, DeviceNames names) {
    PhysicalLocation physical = physical(file);
    file.line(element)
        .ifPresent(
            line -> {
              Region region = new Region();
              region.setStartLine(line);
              physical.setRegion(region);
            });
    Location location = new Location();
    location.setPhysicalLocation(physical);
    location.setLogicalLocations(Set.of(element(element, names)));
    return location;
  }

  private static PhysicalLocation physical(BoardFile file) {
    ArtifactLocation artifact = new ArtifactLocation();
    artifact.setUri(file.uri());
    PhysicalLocation physical = new PhysicalLocation();
    physical.setArtifactLocation(artifact);
    return physical;
  }

  private static LogicalLocation element(String id, DeviceNames names) {
    LogicalLocation logical = new LogicalLocation();
    logical.setName(names.shortest(id));
    logical.setFullyQualifiedName(id);
    logical.setKind("element");
    return logical;
  }

  private static Message message(String text) {
    Message message = new Message();
    message.setText(text);
    return message;
  }

  private static MultiformatMessageString text(String text) {
    MultiformatMessageString string = new MultiformatMessageString();
    string.setText(text);
    return string;
  }

  private Run run() {
    Set<ReportingDescriptor> described = new LinkedHashSet<>();
    for (RuleHelp rule : rules) {
      ReportingDescriptor descriptor = new ReportingDescriptor();
      descriptor.setId(rule.id());
      descriptor.setShortDescription(text(rule.title()));
      descriptor.setFullDescription(text(rule.text()));
      descriptor.setHelp(text(rule.title() + ". " + rule.text()));
      described.add(descriptor);
    }
    ToolComponent driver = new ToolComponent();
    driver.setName("Bufferyard");
    driver.setRules(described);
    Tool tool = new Tool();
    tool.setDriver(driver);
    Invocation invocation = new Invocation();
    invocation.setExecutionSuccessful(broken.isEmpty());
    invocation.setToolExecutionNotifications(broken);
    Run run = new Run();
    run.setTool(tool);
    run.setInvocations(List.of(invocation));
    run.setResults(results);
    return run;
  }

  /** The log; the same findings give the same text. */
  public String text() {
    SarifSchema210 log = new SarifSchema210();
    log.set$schema(SCHEMA);
    log.setVersion(SarifSchema210.Version._2_1_0);
    log.setRuns(List.of(run()));
    Gson gson =
        new GsonBuilder()
            .setPrettyPrinting()
            .disableHtmlEscaping()
            .registerTypeHierarchyAdapter(
                Enum.class,
                (JsonSerializer<Enum<?>>)
                    (word, type, context) -> new JsonPrimitive(word.toString()))
            .create();
    JsonElement tree = gson.toJsonTree(log);
    prune(tree);
    return gson.toJson(tree) + "\n";
  }

  /** The library writes out what the schema takes for granted: empty arrays, and -1 for no number. */
  private static void prune(JsonElement element) {
    if (element instanceof JsonArray array) {
      array.forEach(SarifLog::prune);
    } else if (element instanceof JsonObject object) {
      object.asMap().values().forEach(SarifLog::prune);
      object
          .entrySet()
          .removeIf(member -> !KEPT.contains(member.getKey()) && isDefault(member.getValue()));
    }
  }

  private static boolean isDefault(JsonElement value) {
    return value instanceof JsonArray array && array.isEmpty()
        || value instanceof JsonPrimitive word && word.isNumber() && word.getAsDouble() == -1;
  }
}
