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

class DisplayKindTest extends DeviceContract {
  private static final DriverFactsTable FACTS =
      DriverFactsTable.read(DisplayKind.class, "/facts/display.facts");

  @Override
  protected DeviceKind kind() {
    return new DisplayKind();
  }

  @Override
  protected List<String> models() {
    return List.copyOf(FACTS.models());
  }

  /** The annotation and the file say the same: what is served is described, and the reverse. */
  @Test
  void everyModelThatIsServedHasFactsAndTheOtherWayRound() throws IOException {
    String component = DisplayKind.class.getName();
    try (InputStream in = DisplayKind.class.getResourceAsStream("/OSGI-INF/" + component + ".xml")) {
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
  void displaysImportThroughDrmAndNeedContiguousAddresses() {
    FACTS.drivers().forEach(d -> assertEquals("gem-dma", d.importPath().word(), d.driver()));
  }
}
