package org.bufferyard.shell;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import org.apache.felix.service.command.CommandProcessor;
import org.bufferyard.shell.running.TypedCommands;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Lines of a pipe or a file, run as if they were typed into the interactive shell. Its parser comes
 * after this bundle, if at all, and so do the classes of it: it is looked up when it is needed.
 */
@Component(
    reference =
        @Reference(
            name = GogoLines.PARSER,
            service = CommandProcessor.class,
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC))
public final class GogoLines implements TypedCommands {
  static final String PARSER = "parser";

  private final ComponentContext context;

  @Activate
  public GogoLines(ComponentContext context) {
    this.context = context;
  }

  @Override
  public void run(InputStream in, PrintStream out, PrintStream err, Path directory) {
    Object parser = context.locateService(PARSER);
    if (parser != null) {
      GogoScript.run(parser, in, out, err, directory);
    }
  }
}
