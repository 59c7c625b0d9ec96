package org.bufferyard.shell.command;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bufferyard.platform.feature.FeatureRuntime;
import org.bufferyard.platform.feature.PluginRuntime;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.registry.KindStatus;
import org.bufferyard.platform.registry.Kinds;
import org.bufferyard.shell.json.KindsJson;
import org.bufferyard.shell.text.KindsText;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code why}: which plug-ins are used, shadowed, quarantined, refused, waiting or failed, and why. */
@Component
@CommandName("why")
public final class WhyCommand implements ShellCommand {
  private final Kinds kinds;
  private final FeatureRuntime features;
  private final PluginRuntime plugins;

  @Activate
  public WhyCommand(
      @Reference Kinds kinds, @Reference FeatureRuntime features, @Reference PluginRuntime plugins) {
    this.kinds = kinds;
    this.features = features;
    this.plugins = plugins;
  }

  @Override
  public Call newCall() {
    return new Arguments();
  }

  @Command(name = "why", description = "Say which plug-ins are used, and why the others are not.")
  private final class Arguments implements Call {
    @Mixin private final CommonOptions common = new CommonOptions();

    @Parameters(
        arity = "0..1",
        paramLabel = "NAME",
        description = "Only plug-ins whose kind, model, provider or bundle contains this.")
    private String name = "";

    @Override
    public CommonOptions common() {
      return common;
    }

    @Override
    public Answer answer(Path directory) {
      List<KindStatus> status =
          Stream.concat(kinds.status().stream(), kinds.absent().stream())
              .sorted(Comparator.comparing(KindStatus::kind).thenComparing(KindStatus::model))
              .filter(
                  s ->
                      s.kind().contains(name)
                          || s.model().contains(name)
                          || s.provider().contains(name))
              .toList();
      List<String> bundles = bundles();
      if (status.isEmpty() && bundles.isEmpty() && !name.isEmpty()) {
        throw new BadInputException(
            "no plug-in was seen whose kind, model or provider contains '" + name + "'",
            "why",
            "'why' alone lists all");
      }
      return new Answer(text(status, bundles), KindsJson.of(status), 0);
    }

    private static String text(List<KindStatus> status, List<String> bundles) {
      String below = bundles.stream().map(line -> line + "\n").collect(Collectors.joining());
      return status.isEmpty() && !below.isEmpty() ? below : KindsText.of(status) + below;
    }

    /** What never came as far as offering a kind: jars that were not taken, bundles that do not run. */
    private List<String> bundles() {
      return Stream.concat(
              features.problems().stream(),
              plugins.list().stream().filter(line -> line.contains(" was not taken: ")))
          .filter(line -> line.contains(name))
          .toList();
    }
  }
}
