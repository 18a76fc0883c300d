import { Trans } from "@lingui/react/macro";
import {
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  Link,
} from "@tanstack/react-router";
import { useCallback } from "react";
import { HomePage } from "~/features/home/HomePage";
import { StockPage } from "~/features/stock/StockPage";
import { defaultView, parseView, type StockView } from "~/features/stock/view";
import { ProblemNote } from "~/ui/ProblemNote";
import { Shell } from "./Shell";

function NotFound() {
  return (
    <main className="home">
      <div className="note">
        <h2>
          <Trans>没有这个页面</Trans>
        </h2>
        <p>
          <Link to="/">
            <Trans>回到首页</Trans>
          </Link>
        </p>
      </div>
    </main>
  );
}

function PageError({ error, reset }: ErrorComponentProps) {
  return (
    <main className="home">
      <ProblemNote
        error={error instanceof Error ? error : new Error(String(error))}
        onRetry={reset}
      />
    </main>
  );
}

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  errorComponent: PageError,
});

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: function Home() {
    const navigate = home.useNavigate();
    const open = useCallback(
      (code: string) => {
        const to = {
          to: "/s/$code",
          params: { code },
          search: defaultView,
          replace: true,
        } as const;
        void navigate(to);
      },
      [navigate],
    );
    return <HomePage onOpen={open} />;
  },
});

const stock = createRoute({
  getParentRoute: () => root,
  path: "/s/$code",
  // Every choice is part of the address, so that a link reopens what was seen.
  validateSearch: (search: Record<string, unknown>): StockView => parseView(search),
  component: function Stock() {
    const { code } = stock.useParams();
    const view = parseView(stock.useSearch());
    const navigate = stock.useNavigate();
    const onView = (change: Partial<StockView>) => {
      void navigate({ search: { ...view, ...change } });
    };
    return <StockPage code={code.toUpperCase()} view={view} onView={onView} />;
  },
});

export const router = createRouter({
  routeTree: root.addChildren([home, stock]),
  scrollRestoration: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
