package org.bufferyard.itest.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bufferyard.api.contract.LongReport;
import org.junit.jupiter.api.Test;

/** Pages of the long build say how old their figures are; whether that is too old is for a reader. */
final class LongReportsTest {
  private static final Path DOCS = Path.of("../../docs").toAbsolutePath().normalize();
  private static final Pattern LINK = Pattern.compile("\\[long/([a-z-]+\\.md)\\]\\(long/\\1\\)");

  private static List<Path> pages() throws IOException {
    try (Stream<Path> files = Files.list(DOCS.resolve("long"))) {
      return files.sorted().toList();
    }
  }

  @Test
  void eachPageSaysDateVersionCommitAndMachine() throws IOException {
    Map<String, List<String>> unsaid = new TreeMap<>();
    for (Path page : pages()) {
      List<String> missing = LongReport.unsaid(Files.readString(page));
      if (!missing.isEmpty()) {
        unsaid.put(page.getFileName().toString(), missing);
      }
    }
    assertEquals(Map.of(), unsaid);
  }

  @Test
  void theListNamesThePagesThatAreThere() throws IOException {
    TreeSet<String> listed = new TreeSet<>();
    Matcher link = LINK.matcher(Files.readString(DOCS.resolve("long.md")));
    while (link.find()) {
      listed.add(link.group(1));
    }
    TreeSet<String> there = new TreeSet<>();
    pages().forEach(page -> there.add(page.getFileName().toString()));
    assertEquals(there, listed);
  }
}
