package org.bufferyard.api.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.device.DriverFactsTable;
import org.junit.jupiter.api.Test;

/**
 * The same for a kind whose bundle describes its models in a facts file: what the component's {@code
 * models} property names and what the file describes are one. A plug-in author subclasses it with a
 * constructor that names both.
 */
public abstract class DeviceFactsContract extends DeviceContract {
  private static final Pattern MODELS = Pattern.compile("<property name=\"models\"[^>]*>([^<]*)<");

  private final DeviceKind kind;
  private final DriverFactsTable facts;

  /**
   * @param kind under test, from the bundle that carries the file
   * @param resource of the facts file, such as {@code "/facts/camera.facts"}
   */
  protected DeviceFactsContract(DeviceKind kind, String resource) {
    this.kind = kind;
    this.facts = DriverFactsTable.read(kind.getClass(), resource);
  }

  /** What the file says, for tests of single drivers. */
  protected final DriverFactsTable facts() {
    return facts;
  }

  @Override
  protected final DeviceKind kind() {
    return kind;
  }

  @Override
  protected final List<String> models() {
    return List.copyOf(facts.models());
  }

  @Test
  void everyModelThatIsServedHasFactsAndTheOtherWayRound() throws IOException {
    String component = "/OSGI-INF/" + kind.getClass().getName() + ".xml";
    try (InputStream in = kind.getClass().getResourceAsStream(component)) {
      assertNotNull(in, component);
      String xml = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      MatchResult models = MODELS.matcher(xml).results().findFirst().orElseThrow();
      assertEquals(
          new TreeSet<>(facts.models()),
          new TreeSet<>(List.of(models.group(1).strip().split("\\s+"))));
    }
  }
}
