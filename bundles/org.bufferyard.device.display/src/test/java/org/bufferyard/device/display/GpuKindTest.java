package org.bufferyard.device.display;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.bufferyard.api.contract.DeviceContract;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.device.DriverFactsTable;
import org.junit.jupiter.api.Test;

class GpuKindTest extends DeviceContract {
  private static final DriverFactsTable FACTS =
      DriverFactsTable.read(GpuKind.class, "/facts/gpu.facts");

  @Override
  protected DeviceKind kind() {
    return new GpuKind();
  }

  @Override
  protected List<String> models() {
    return List.copyOf(FACTS.models());
  }

  /** The annotation and the file say the same: what is served is described, and the reverse. */
  @Test
  void everyModelThatIsServedHasFactsAndTheOtherWayRound() throws IOException {
    String component = GpuKind.class.getName();
    try (InputStream in = GpuKind.class.getResourceAsStream("/OSGI-INF/" + component + ".xml")) {
      String xml = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      MatchResult models =
          Pattern.compile("<property name=\"models\"[^>]*>([^<]*)<").matcher(xml).results()
              .findFirst()
              .orElseThrow();
      assertEquals(
          new TreeSet<>(FACTS.models()),
          new TreeSet<>(List.of(models.group(1).strip().split("\\s+"))));
    }
  }

  @Test
  void graphicsProcessorsTakeAnyList() {
    FACTS.drivers().forEach(d -> assertEquals("gem-sg", d.importPath().word(), d.driver()));
  }
}
