package org.bufferyard.device.codec;

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
import org.bufferyard.api.device.PoolUse;
import org.junit.jupiter.api.Test;

class CodecKindTest extends DeviceContract {
  private static final DriverFactsTable FACTS =
      DriverFactsTable.read(CodecKind.class, "/facts/codec.facts");

  @Override
  protected DeviceKind kind() {
    return new CodecKind();
  }

  @Override
  protected List<String> models() {
    return List.copyOf(FACTS.models());
  }

  /** The annotation and the file say the same: what is served is described, and the reverse. */
  @Test
  void everyModelThatIsServedHasFactsAndTheOtherWayRound() throws IOException {
    String component = CodecKind.class.getName();
    try (InputStream in = CodecKind.class.getResourceAsStream("/OSGI-INF/" + component + ".xml")) {
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
  void theCodecTakesItsRegionsOnlyWithoutAnIommu() {
    assertEquals(PoolUse.WITHOUT_IOMMU, FACTS.of("samsung,mfc-v5").pools());
  }

  @Test
  void theCodecOfTheThreadTakesLongSegments() {
    assertEquals(0xffff_ffffL, FACTS.of("samsung,mfc-v5").maxSegmentSize().orElseThrow());
  }
}
