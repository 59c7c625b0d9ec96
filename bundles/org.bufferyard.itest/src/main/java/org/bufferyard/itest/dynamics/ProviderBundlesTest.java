package org.bufferyard.itest.dynamics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.test.common.annotation.InjectBundleContext;

/**
 * Whole bundles of plug-ins stop and start while questions are asked: the answer is the right one,
 * or one line names what is missing.
 */
public final class ProviderBundlesTest {
  private static final int STEPS = 60;
  private static final int QUESTIONS_MEANWHILE = 40;
  private static final int MOST_STOPPED = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final String NO_FORMAT = "no table format bundled for '";
  private static final String ALLOCATOR = "org.bufferyard.allocator";
  private static final String ARM = "org.bufferyard.iommu.arm";
  private static final String EXYNOS = "org.bufferyard.iommu.exynos";
  private static final String INTEL = "org.bufferyard.iommu.intel";
  private static final String OPS = "org.bufferyard.dmabuf.ops";
  private static final String CAMERA = "org.bufferyard.device.camera";
  private static final String CODEC = "org.bufferyard.device.codec";
  private static final String DISPLAY = "org.bufferyard.device.display";

  /** Our provider bundles, and by which words a complaint may name what is missing without one. */
  private static final Map<String, List<String>> PROVIDERS =
      Map.of(
          ALLOCATOR, List.of("AllocatorKind '", "BouncePoolKind '"),
          "org.bufferyard.iommu.basic", List.of(),
          ARM, List.of(NO_FORMAT + "mediatek,"),
          EXYNOS, List.of(NO_FORMAT + "samsung,"),
          INTEL, List.of(NO_FORMAT + "intel,"),
          OPS, List.of("DmaBufOpsKind '"),
          CAMERA, List.of("install bundle " + CAMERA),
          CODEC, List.of("install bundle " + CODEC),
          DISPLAY, List.of("install bundle " + DISPLAY));

  /** A command line and the bundles that it needs besides the allocators and the exporters' ops. */
  private record Question(String line, Set<String> bundles) {
    boolean needs(String provider) {
      return provider.equals(ALLOCATOR) || provider.equals(OPS) || bundles.contains(provider);
    }
  }

  private static final List<Question> QUESTIONS =
      List.of(
          new Question(
              "explain launch/yards/thread-2017/board.topology codec scaler",
              Set.of(EXYNOS, CODEC)),
          new Question(
              "explain launch/yards/thread-2017/board.topology codec scaler --kernel 4.10-arm",
              Set.of(EXYNOS, CODEC)),
          new Question(
              "explain launch/yards/camera-display/board.topology camera display",
              Set.of(EXYNOS, CAMERA, DISPLAY)),
          new Question(
              "explain launch/yards/m4u/board.topology isp@1a000000 vcodec@17020000 ovl@14005000",
              Set.of(ARM, CAMERA, CODEC, DISPLAY)),
          new Question(
              "explain launch/yards/vt-d/board.topology grabber encoder display",
              Set.of(INTEL, CAMERA, CODEC, DISPLAY)));

  @InjectBundleContext BundleContext context;
  private Terminal terminal;
  private List<Bundle> providers;
  private List<String> answers;

  @BeforeEach
  void ask() {
    terminal = new Terminal(context);
    providers =
        Arrays.stream(context.getBundles())
            .filter(bundle -> PROVIDERS.containsKey(bundle.getSymbolicName()))
            .toList();
    assertEquals(PROVIDERS.size(), providers.size());
    answers = QUESTIONS.stream().map(question -> ask(question).answer()).toList();
  }

  @AfterEach
  void allAreBackAndSoAreTheAnswers() throws BundleException {
    for (Bundle provider : providers) {
      provider.start(Bundle.START_TRANSIENT);
    }
    assertEquals(answers, QUESTIONS.stream().map(question -> ask(question).answer()).toList());
  }

  private Terminal.Said ask(Question question) {
    String[] line = (question.line() + " --format json").split(" ");
    return assertTimeoutPreemptively(PATIENCE, () -> terminal.run(line), question.line());
  }

  @Test
  void withoutAProviderTheAnswerIsRightOrNamesWhatIsMissing() throws BundleException {
    Seed seed = Seed.of(context, ProviderBundlesTest.class);
    Random random = seed.random();
    for (int step = 0; step < STEPS; step++) {
      toggle(random);
      Set<String> stopped = stopped();
      int at = random.nextInt(QUESTIONS.size());
      Question question = QUESTIONS.get(at);
      String where = seed + ", step " + step + ": " + question.line() + " without " + stopped;
      Terminal.Said said = ask(question);
      if (stopped.stream().noneMatch(question::needs)) {
        assertEquals(answers.get(at), said.answer(), where);
      } else {
        assertNames(stopped, said, where);
      }
    }
  }

  /** A command that is answered without a table format names it in the chain. */
  private static void assertNames(Set<String> missing, Terminal.Said said, String where) {
    String words = said.code() == 0 ? said.out() : said.complaint();
    assertTrue(
        missing.stream().flatMap(name -> PROVIDERS.get(name).stream()).anyMatch(words::contains),
        where + ": " + words);
  }

  @Test
  void whileProvidersComeAndGoTheAnswerIsRightOrNamesWhatIsMissing() throws Exception {
    Seed seed = Seed.of(context, ProviderBundlesTest.class);
    Random random = seed.random();
    Random toggles = new Random(random.nextLong());
    AtomicBoolean over = new AtomicBoolean();
    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<Integer> toggled = threads.submit(() -> toggleUntil(over, toggles));
      try {
        for (int i = 0; i < QUESTIONS_MEANWHILE; i++) {
          int at = random.nextInt(QUESTIONS.size());
          Terminal.Said said = ask(QUESTIONS.get(at));
          String where = seed + ", question " + i + ": " + QUESTIONS.get(at).line();
          if (said.code() == 0) {
            // A device type whose driver has just left is one whose driver nobody knows, and a
            // table format that has just left is none: the chain says so. What would help is told of
            // what is there to help.
            if (!said.out().contains("unknown driver") && !said.out().contains(NO_FORMAT)) {
              assertEquals(withoutRemedies(answers.get(at)), withoutRemedies(said.answer()), where);
            }
          } else {
            assertNames(PROVIDERS.keySet(), said, where);
          }
        }
      } finally {
        over.set(true);
      }
      assertTrue(toggled.get(PATIENCE.toSeconds(), TimeUnit.SECONDS) > 0);
    }
  }

  private static JsonObject withoutRemedies(String answer) {
    JsonObject report = JsonParser.parseString(answer).getAsJsonObject();
    for (JsonElement result : report.getAsJsonArray("results")) {
      assertNotNull(result.getAsJsonObject().remove("remedies"), answer);
    }
    return report;
  }

  private int toggleUntil(AtomicBoolean over, Random random) throws BundleException {
    int toggled = 0;
    while (!over.get()) {
      toggle(random);
      toggled++;
    }
    return toggled;
  }

  /** Stops one, or starts one that was stopped: the more are stopped, the rather. */
  private void toggle(Random random) throws BundleException {
    List<Bundle> stopped =
        providers.stream().filter(bundle -> bundle.getState() != Bundle.ACTIVE).toList();
    if (random.nextInt(MOST_STOPPED) < stopped.size()) {
      stopped.get(random.nextInt(stopped.size())).start(Bundle.START_TRANSIENT);
    } else {
      providers.get(random.nextInt(providers.size())).stop(Bundle.STOP_TRANSIENT);
    }
  }

  private Set<String> stopped() {
    return providers.stream()
        .filter(bundle -> bundle.getState() != Bundle.ACTIVE)
        .map(Bundle::getSymbolicName)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
